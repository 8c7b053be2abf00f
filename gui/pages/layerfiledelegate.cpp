// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/layerfiledelegate.h"

#include "gui/models/layer_files_model.h"
#include "gui/pages/changedelegate.h"
#include "gui/widgets/fonts.h"

namespace lamella::pages {

using models::LayerFilesModel;

LayerFileDelegate::LayerFileDelegate(QObject* parent)
    : TableDelegate({LayerFilesModel::NameColumn, LayerFilesModel::ModeColumn}, parent)
{
}

void LayerFileDelegate::initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const
{
    TableDelegate::initStyleOption(option, index);
    const int kind = index.data(LayerFilesModel::KindRole).toInt();
    if (kind < 0)
        return;
    const auto change = static_cast<client::ChangeKind>(kind);
    if (index.column() == LayerFilesModel::KindColumn)
        option->font = widgets::sectionFont(widgets::monospaceFont(option->font));
    if (index.column() == LayerFilesModel::NameColumn)
        option->font.setStrikeOut(change == client::ChangeKind::Deleted);
    if (index.column() == LayerFilesModel::KindColumn || index.column() == LayerFilesModel::NameColumn)
        option->palette.setColor(QPalette::Text, changeColor(change, option->palette));
}

} // namespace lamella::pages
