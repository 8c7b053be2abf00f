// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/filesdelegate.h"

#include "gui/models/files_model.h"
#include "gui/pages/changedelegate.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"
#include "gui/widgets/tabledelegate.h"

#include <QLineEdit>
#include <QTimer>

#include <algorithm>

namespace lamella::pages {

using client::FileType;
using models::FilesModel;

namespace {

QIcon fileIcon(const QModelIndex& index)
{
    const bool isMounted = index.data(FilesModel::MountedRole).toBool();
    switch (static_cast<FileType>(index.data(FilesModel::TypeRole).toInt())) {
    case FileType::Directory:
        return widgets::icon(isMounted ? u"mounted" : u"directory");
    case FileType::Symlink:
        return widgets::icon(u"link");
    case FileType::File:
        return widgets::icon(u"file");
    default:
        return widgets::icon(u"device");
    }
}

} // namespace

QSize FilesDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    QSize hint = QStyledItemDelegate::sizeHint(option, index);
    hint.setHeight(std::max(hint.height(), widgets::kTableRowHeight));
    return hint;
}

void FilesDelegate::setEditorData(QWidget* editor, const QModelIndex& index) const
{
    QStyledItemDelegate::setEditorData(editor, index);
    auto* line = qobject_cast<QLineEdit*>(editor);
    const auto ending = line ? static_cast<int>(line->text().lastIndexOf(u'.')) : -1;
    if (ending > 0)
        QTimer::singleShot(0, line, [line, ending] { line->setSelection(0, ending); });
}

void FilesDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    QStyledItemDelegate::initStyleOption(option, index);
    widgets::setOffFigures(option->text, option->displayAlignment);
    const int kind = index.data(FilesModel::KindRole).toInt();
    switch (index.column()) {
    case FilesModel::ChangeColumn:
        option->font = widgets::sectionFont(widgets::monospaceFont(option->font));
        if (kind >= 0) {
            option->palette.setColor(QPalette::Text,
                                     changeColor(static_cast<client::ChangeKind>(kind), option->palette));
        } else if (index.data(FilesModel::LeadsToChangesRole).toBool()) {
            option->text = QStringLiteral("•");
            option->palette.setColor(QPalette::Text, widgets::secondaryText(option->palette));
        }
        break;
    case FilesModel::NameColumn:
        option->font = widgets::monospaceFont(option->font);
        option->icon = fileIcon(index);
        option->features |= QStyleOptionViewItem::HasDecoration;
        option->decorationSize = QSize(16, 16);
        if (index.data(FilesModel::MountedRole).toBool())
            option->palette.setColor(QPalette::Text, widgets::secondaryText(option->palette));
        break;
    case FilesModel::ModeColumn:
    case FilesModel::OwnerColumn:
        option->font = widgets::monospaceFont(option->font);
        option->palette.setColor(QPalette::Text, widgets::secondaryText(option->palette));
        break;
    default:
        option->font = widgets::tabularFont(option->font);
    }
}

} // namespace lamella::pages
