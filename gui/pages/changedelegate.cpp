// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/changedelegate.h"

#include "gui/models/changes_model.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/tabledelegate.h"

#include <QCoreApplication>

namespace lamella::pages {
namespace {

struct ChangeWords {
    Q_DECLARE_TR_FUNCTIONS(ChangeWords)
};

} // namespace

QString changeWord(client::ChangeKind kind)
{
    switch (kind) {
    case client::ChangeKind::Added:
        return ChangeWords::tr("added");
    case client::ChangeKind::Modified:
        return ChangeWords::tr("modified");
    case client::ChangeKind::Deleted:
        return ChangeWords::tr("deleted");
    case client::ChangeKind::Attributes:
        return ChangeWords::tr("attributes only");
    case client::ChangeKind::Copied:
        break;
    }
    return ChangeWords::tr("only copied");
}

QColor changeColor(client::ChangeKind kind, const QPalette& palette)
{
    switch (kind) {
    case client::ChangeKind::Added:
        return widgets::meaningColor(widgets::Meaning::Good, palette);
    case client::ChangeKind::Modified:
        return widgets::meaningColor(widgets::Meaning::Attention, palette);
    case client::ChangeKind::Deleted:
        return widgets::meaningColor(widgets::Meaning::Bad, palette);
    case client::ChangeKind::Attributes:
        return widgets::meaningColor(widgets::Meaning::Note, palette);
    case client::ChangeKind::Copied:
        break;
    }
    return widgets::secondaryText(palette);
}

QSize ChangeDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QSize hint = QStyledItemDelegate::sizeHint(option, index);
    hint.setHeight(std::max(hint.height(), widgets::kTableRowHeight));
    return hint;
}

void ChangeDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    widgets::setOffFigures(option->text, option->displayAlignment);
    const int kind = index.data(models::ChangesModel::KindRole).toInt();
    switch (index.column()) {
    case models::ChangesModel::KindColumn:
        option->font = widgets::sectionFont(widgets::monospaceFont(option->font));
        if (kind >= 0)
            option->palette.setColor(QPalette::Text,
                                     changeColor(static_cast<client::ChangeKind>(kind), option->palette));
        break;
    case models::ChangesModel::PathColumn:
        option->font = widgets::monospaceFont(option->font);
        // A directory that only leads to changes is the way, not the matter.
        if (kind < 0)
            option->palette.setColor(QPalette::Text, widgets::secondaryText(option->palette));
        break;
    default:
        option->font = widgets::tabularFont(option->font);
    }
}

} // namespace lamella::pages
