// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/container_filter.h"

#include "gui/format/state.h"
#include "gui/models/container_list_model.h"

namespace lamella::models {

using Model = ContainerListModel;
using format::ShownState;

namespace {

bool shows(ContainerFilter::Show show, ShownState state)
{
    const bool alive = state == ShownState::Running || state == ShownState::Paused;
    switch (show) {
    case ContainerFilter::Show::All:
        return true;
    case ContainerFilter::Show::Running:
        return alive;
    case ContainerFilter::Show::Stopped:
        return !alive && state != ShownState::Failed;
    case ContainerFilter::Show::Failed:
        return state == ShownState::Failed;
    }
    return true;
}

} // namespace

ContainerFilter::ContainerFilter(QObject* parent)
    : QSortFilterProxyModel(parent)
{
    setDynamicSortFilter(true);
    setSortLocaleAware(true);
    setSortCaseSensitivity(Qt::CaseInsensitive);
    sort(0);
}

void ContainerFilter::setSearch(const QString& words)
{
    m_words = words.split(u' ', Qt::SkipEmptyParts);
    invalidateRowsFilter();
}

void ContainerFilter::setShow(Show show)
{
    m_show = show;
    invalidateRowsFilter();
}

void ContainerFilter::setOrder(Order order)
{
    m_order = order;
    const bool byFigures = order == Order::Cpu || order == Order::Memory;
    setSortRole(Qt::DisplayRole);
    // The greatest and the newest come first.
    sort(0, byFigures || order == Order::Newest ? Qt::DescendingOrder : Qt::AscendingOrder);
    invalidate();
}

bool ContainerFilter::filterAcceptsRow(int row, const QModelIndex& parent) const
{
    const QModelIndex index = sourceModel()->index(row, 0, parent);
    if (!shows(m_show, static_cast<ShownState>(index.data(Model::StateRole).toInt())))
        return false;
    const QString text = index.data(Model::SearchRole).toString();
    return std::ranges::all_of(m_words, [&](const QString& word) { return text.contains(word, Qt::CaseInsensitive); });
}

bool ContainerFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const
{
    const auto number = [](const QModelIndex& index, int role) { return index.data(role).toDouble(); };
    const auto byName = [&] { return QSortFilterProxyModel::lessThan(left, right); };
    switch (m_order) {
    case Order::Newest:
        return number(left, Model::CreatedRole) < number(right, Model::CreatedRole);
    case Order::Cpu:
        return number(left, Model::CpuRole) < number(right, Model::CpuRole);
    case Order::Memory:
        return number(left, Model::MemoryRole) < number(right, Model::MemoryRole);
    case Order::Name:
        break;
    }
    return byName();
}

} // namespace lamella::models
