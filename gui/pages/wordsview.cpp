// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/wordsview.h"

#include "gui/widgets/fonts.h"

#include <QHBoxLayout>
#include <QLabel>

namespace lamella::pages {

using client::FileType;
using models::Side;

namespace {

/// What the caption above does not say already.
QString wordsOf(const client::FileVersion& version)
{
    if (version.exists && version.type == FileType::Symlink)
        return QStringLiteral("\u2192 ") + version.linkTarget;
    if (version.exists && version.type == FileType::File && version.size == 0)
        return WordsView::tr("The file is empty.");
    return {};
}

} // namespace

WordsView::WordsView(QWidget* parent)
    : QWidget(parent)
    , m_left(new QLabel(this))
    , m_right(new QLabel(this))
{
    setObjectName(QStringLiteral("differenceWords"));
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kSpacing);
    m_left->setObjectName(QStringLiteral("wordsLeft"));
    m_right->setObjectName(QStringLiteral("wordsRight"));
    for (QLabel* label : {m_left, m_right}) {
        layout->addWidget(label, 1, Qt::AlignTop);
        label->setTextFormat(Qt::PlainText);
        label->setWordWrap(true);
        label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
        label->setFont(widgets::monospaceFont(font()));
    }
}

void WordsView::setVersions(const client::FileVersion& left, const client::FileVersion& right, std::optional<Side> only)
{
    m_left->setText(wordsOf(left));
    m_right->setText(wordsOf(right));
    m_left->setVisible(only != Side::Right);
    m_right->setVisible(only != Side::Left);
}

} // namespace lamella::pages
