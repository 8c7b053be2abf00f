// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/filessort.h"

#include "gui/models/files_model.h"

namespace lamella::pages {

using models::FilesModel;

FilesSort::FilesSort(QObject* parent)
    : QSortFilterProxyModel(parent)
{
    setSortRole(FilesModel::SortRole);
}

bool FilesSort::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    const auto isDirectory = [](const QModelIndex& index) {
        return index.data(FilesModel::TypeRole).toInt() == static_cast<int>(client::FileType::Directory);
    };
    if (isDirectory(left) != isDirectory(right))
        return isDirectory(left) == (sortOrder() == Qt::AscendingOrder);
    const QVariant one = left.data(FilesModel::SortRole);
    const QVariant other = right.data(FilesModel::SortRole);
    // Where the column does not tell, the name does.
    return one == other ? left.siblingAtColumn(FilesModel::NameColumn).data().toString()
            < right.siblingAtColumn(FilesModel::NameColumn).data().toString()
                        : QVariant::compare(one, other) == QPartialOrdering::Less;
}

} // namespace lamella::pages
