// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/widgets/confirmation.h"

#include <QGridLayout>
#include <QPushButton>

namespace lamella::widgets {

namespace {

constexpr int kWidth = 440;

} // namespace

Confirmation::Confirmation(QWidget* parent, const QString& question, const QString& deed)
    : QMessageBox(QMessageBox::Warning, tr("Lamella"), question, QMessageBox::Cancel, parent)
    , m_deed(addButton(deed, QMessageBox::DestructiveRole))
{
    setObjectName(QStringLiteral("confirmation"));
    setAttribute(Qt::WA_DeleteOnClose);
    m_deed->setObjectName(QStringLiteral("deedButton"));
    // A destructive button closes a message box without accepting it: which one it was is asked of the box itself.
    button(QMessageBox::Cancel)->setObjectName(QStringLiteral("cancelButton"));
    // One of two buttons with a picture would look like the one that is meant.
    button(QMessageBox::Cancel)->setIcon({});
    setDefaultButton(QMessageBox::Cancel);
    setTextFormat(Qt::PlainText);
}

void Confirmation::setConsequence(const QString& sentence)
{
    setInformativeText(sentence);
    widen();
}

/// Wide enough for a sentence: a message box by itself breaks names in two. It makes its layout anew with a new text.
void Confirmation::widen()
{
    if (auto* grid = qobject_cast<QGridLayout*>(layout()))
        grid->addItem(new QSpacerItem(kWidth, 0), grid->rowCount(), 0, 1, grid->columnCount());
}

void Confirmation::ask(std::function<void()> then)
{
    connect(this, &QMessageBox::buttonClicked, this, [this, then = std::move(then)](QAbstractButton* chosen) {
        if (chosen == m_deed)
            then();
    });
    widen();
    open();
}

} // namespace lamella::widgets
