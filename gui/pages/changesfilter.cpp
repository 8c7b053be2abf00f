// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/changesfilter.h"

#include "gui/models/changes_model.h"

namespace lamella::pages {

using models::ChangesModel;

ChangesFilter::ChangesFilter(QObject* parent)
    : QSortFilterProxyModel(parent)
{
    setRecursiveFilteringEnabled(true);
    setSortRole(ChangesModel::SortRole);
}

void ChangesFilter::setText(const QString& text)
{
    m_text = text;
    invalidateRowsFilter();
}

void ChangesFilter::setKindShown(client::ChangeKind kind, bool shown)
{
    if (shown)
        m_hidden.remove(static_cast<int>(kind));
    else
        m_hidden.insert(static_cast<int>(kind));
    invalidateRowsFilter();
}

bool ChangesFilter::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    const QModelIndex index = sourceModel()->index(row, 0, parent);
    const int kind = index.data(ChangesModel::KindRole).toInt();
    if (kind < 0 || m_hidden.contains(kind))
        return false;
    return m_text.isEmpty() || index.data(ChangesModel::PathRole).toString().contains(m_text, Qt::CaseInsensitive);
}

} // namespace lamella::pages
