// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/wasted_model.h"

#include "gui/format/formats.h"

#include <algorithm>
#include <functional>

namespace lamella::models {

WastedModel::WastedModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void WastedModel::setTree(client::LayerTreePtr tree)
{
    beginResetModel();
    m_tree = std::move(tree);
    m_rows.clear();
    const auto nodes = m_tree ? m_tree->nodes() : std::span<const client::LayerNode>{};
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (const quint64 bytes = m_tree->wasted(nodes[i]); bytes > 0)
            m_rows.emplace_back(bytes, static_cast<quint32>(i));
    }
    std::ranges::stable_sort(m_rows, std::greater{}, [](const auto& row) { return row.first; });
    endResetModel();
}

int WastedModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int WastedModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QString WastedModel::display(quint32 node, int column) const
{
    const auto entries = m_tree->entries(m_tree->nodes()[node]);
    switch (column) {
    case PathColumn:
        return QString::fromUtf8(m_tree->path(node));
    case BytesColumn:
        return format::bytes(m_tree->wasted(m_tree->nodes()[node]));
    case VersionsColumn: {
        const int last = entries.back().layer + 1;
        if (entries.back().change == 'D')
            return tr("deleted by layer %1").arg(last);
        return tr("replaced by layer %1").arg(last);
    }
    default:
        return {};
    }
}

QVariant WastedModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const quint32 node = m_rows[static_cast<std::size_t>(index.row())].second;
    switch (role) {
    case Qt::DisplayRole:
        return display(node, index.column());
    case NodeRole:
        return node;
    case PathRole:
        return m_tree->path(node);
    case Qt::TextAlignmentRole:
        return index.column() == BytesColumn ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    case Qt::ToolTipRole:
        return format::plainToolTip(display(node, PathColumn));
    default:
        return {};
    }
}

QVariant WastedModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || (role != Qt::DisplayRole && role != Qt::TextAlignmentRole))
        return {};
    if (role == Qt::TextAlignmentRole)
        return section == BytesColumn ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    switch (section) {
    case PathColumn:
        return tr("Path");
    case BytesColumn:
        return tr("Wasted");
    case VersionsColumn:
        return tr("Because it is");
    default:
        return {};
    }
}

} // namespace lamella::models
