// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/differenceheader.h"

#include "gui/models/file_words.h"
#include "gui/pages/versioncaption.h"
#include "gui/widgets/fonts.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace lamella::pages {

using models::FileComparison;
using models::ShownAs;
using models::Side;

namespace {

bool wantsDigests(const FileComparison& comparison)
{
    return comparison.shownAs == ShownAs::Bytes || comparison.shownAs == ShownAs::Pictures;
}

} // namespace

DifferenceHeader::DifferenceHeader(QWidget* parent)
    : QWidget(parent)
    , m_left(new VersionCaption(this))
    , m_right(new VersionCaption(this))
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kSpacing);
    auto* captions = new QHBoxLayout;
    captions->setSpacing(widgets::kSpacing);
    captions->addWidget(m_left, 1, Qt::AlignTop);
    captions->addWidget(m_right, 1, Qt::AlignTop);
    layout->addLayout(captions);
    m_left->setObjectName(QStringLiteral("differenceLeft"));
    m_right->setObjectName(QStringLiteral("differenceRight"));
    m_attributes = addSentence(QStringLiteral("differenceAttributes"));
    m_notes = addSentence(QStringLiteral("differenceNotes"));
}

QLabel* DifferenceHeader::addSentence(const QString& name)
{
    auto* label = new QLabel(this);
    label->setObjectName(name);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout()->addWidget(label);
    return label;
}

void DifferenceHeader::showComparison(const client::FileVersion& image, const client::FileVersion& container,
                                      const FileComparison& comparison)
{
    const std::optional<Side> only = comparison.only;
    m_left->setVersion(tr("Image"), image, wantsDigests(comparison));
    m_right->setVersion(tr("Container"), container, wantsDigests(comparison));
    m_left->setVisible(only != Side::Right);
    m_right->setVisible(only != Side::Left);
    QStringList notes;
    if (only && (image.exists || container.exists))
        notes.append(container.exists ? tr("It is not in the image.") : tr("The container has deleted it."));
    notes += comparison.notes;
    if (comparison.isSame && comparison.shownAs != ShownAs::Words)
        notes.append(tr("The contents are the same."));
    setSentences(only ? models::attributes(image.exists ? image : container)
                      : models::attributeDifferences(image, container),
                 notes);
}

void DifferenceHeader::showFile(const client::FileVersion& file, const FileComparison& content)
{
    m_left->hide();
    m_right->show();
    m_right->setVersion({}, file, wantsDigests(content));
    setSentences(models::attributes(file), content.notes);
}

void DifferenceHeader::setRemark(const QString& remark)
{
    m_remark = remark;
    showAttributes();
}

void DifferenceHeader::showAttributes()
{
    QStringList words{m_attributeWords, m_remark};
    words.removeAll(QString());
    m_attributes->setText(words.join(QStringLiteral(" · ")));
    m_attributes->setVisible(!words.isEmpty());
}

void DifferenceHeader::setSentences(const QString& attributes, const QStringList& notes)
{
    m_attributeWords = attributes;
    showAttributes();
    m_notes->setText(notes.join(u' '));
    m_notes->setVisible(!notes.isEmpty());
}

} // namespace lamella::pages
