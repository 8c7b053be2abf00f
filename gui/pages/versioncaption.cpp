// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/versioncaption.h"

#include "gui/models/file_words.h"
#include "gui/widgets/elidedlabel.h"
#include "gui/widgets/fonts.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>

namespace lamella::pages {

VersionCaption::VersionCaption(QWidget* parent)
    : QWidget(parent)
    , m_name(new QLabel(this))
    , m_words(new widgets::ElidedLabel(this))
    , m_digest(new widgets::ElidedLabel(this))
{
    auto* layout = new QGridLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setHorizontalSpacing(widgets::kSpacing);
    layout->setVerticalSpacing(widgets::kGrid);
    layout->addWidget(m_name, 0, 0);
    layout->addWidget(m_words, 0, 1);
    layout->addWidget(m_digest, 1, 0, 1, 2);
    layout->setColumnStretch(1, 1);
    m_name->setTextFormat(Qt::PlainText);
    m_name->setObjectName(QStringLiteral("versionName"));
    m_words->setObjectName(QStringLiteral("versionWords"));
    m_digest->setObjectName(QStringLiteral("versionDigest"));
    m_digest->setElideMode(Qt::ElideMiddle);
    m_digest->setAccessibleName(tr("SHA-256"));
    updateLook();
}

void VersionCaption::setVersion(const QString& name, const client::FileVersion& version, bool withDigest)
{
    m_name->setText(name);
    m_name->setVisible(!name.isEmpty());
    // A column of what is hidden keeps its spacing.
    static_cast<QGridLayout*>(layout())->setHorizontalSpacing(name.isEmpty() ? 0 : widgets::kSpacing);
    m_words->setText(models::fileWords(version));
    const QString digest = models::digestDigits(version);
    m_digest->setText(tr("SHA-256 %1").arg(digest));
    m_digest->setVisible(withDigest && !digest.isEmpty());
}

void VersionCaption::updateLook()
{
    m_name->setFont(widgets::sectionFont(font()));
    m_digest->setFont(widgets::monospaceFont(widgets::smallFont(font())));
}

void VersionCaption::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateLook();
}

} // namespace lamella::pages
