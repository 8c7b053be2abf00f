// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/image_filter.h"

#include "gui/models/image_list_model.h"

#include <algorithm>

namespace lamella::models {

ImageFilter::ImageFilter(QObject* parent)
    : QSortFilterProxyModel(parent)
{
    setSortRole(ImageListModel::SortRole);
}

void ImageFilter::setSearch(const QString& words)
{
    m_words = words.split(u' ', Qt::SkipEmptyParts);
    invalidateRowsFilter();
}

bool ImageFilter::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    const QModelIndex index = sourceModel()->index(row, 0, parent);
    const QStringList names = index.data(ImageListModel::NamesRole).toStringList();
    const QString id = index.data(ImageListModel::IdRole).toString();
    const qsizetype hex = id.indexOf(u':') + 1;
    return std::ranges::all_of(m_words, [&](const QString& word) {
        // Nearly every ID has any two digits somewhere.
        return id.startsWith(word, Qt::CaseInsensitive) || id.sliced(hex).startsWith(word, Qt::CaseInsensitive)
            || std::ranges::any_of(names,
                                   [&](const QString& name) { return name.contains(word, Qt::CaseInsensitive); });
    });
}

} // namespace lamella::models
