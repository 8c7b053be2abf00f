// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/layers_model.h"

#include "gui/format/formats.h"
#include "gui/models/layer_files_model.h"

#include <algorithm>
#include <utility>

namespace lamella::models {

LayersModel::LayersModel(QObject* parent)
    : QAbstractTableModel(parent)
{
}

void LayersModel::setLayers(const std::vector<client::LayerInfo>& layers, std::optional<quint64> writableBytes)
{
    const bool sameStack = layers == m_layers && writableBytes.has_value() == m_writable.has_value();
    if (sameStack) {
        if (writableBytes == m_writable)
            return;
        m_writable = writableBytes;
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
        return;
    }
    // Another container's stack: nothing of the old one stays.
    beginResetModel();
    m_layers = layers;
    m_writable = writableBytes;
    m_tree.reset();
    m_marked = -1;
    endResetModel();
}

void LayersModel::setTree(client::LayerTreePtr tree)
{
    m_tree = std::move(tree);
    m_marked = -1;
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

void LayersModel::setMarked(qint64 node)
{
    if (std::exchange(m_marked, node) != node && rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1), {MarkRole});
}

QString LayersModel::changes(int row) const
{
    const auto layer = static_cast<std::size_t>(rowCount() - 1 - row);
    if (!m_tree || layer >= m_tree->layers().size())
        return {};
    const client::LayerFigures& figures = m_tree->layers()[layer];
    QStringList words;
    if (figures.added > 0)
        words.append(tr("%1 added").arg(figures.added));
    if (figures.changed > 0)
        words.append(tr("%1 changed").arg(figures.changed));
    if (figures.deleted > 0)
        words.append(tr("%1 deleted").arg(figures.deleted));
    return words.isEmpty() ? tr("no files") : words.join(QStringLiteral(", "));
}

int LayersModel::mark(int row) const
{
    if (!m_tree || m_marked < 0 || m_marked >= static_cast<qint64>(m_tree->nodes().size()))
        return -1;
    const auto* entry = m_tree->of(m_tree->nodes()[static_cast<std::size_t>(m_marked)], rowCount() - 1 - row);
    return entry ? static_cast<int>(changeKind(*entry)) : -1;
}

quint64 LayersModel::totalBytes() const
{
    quint64 total = m_writable && *m_writable != kUnknownBytes ? *m_writable : 0;
    for (const client::LayerInfo& layer : m_layers)
        total += layer.sizeBytes;
    return total;
}

int LayersModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_layers.size()) + (m_writable ? 1 : 0);
}

int LayersModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

const client::LayerInfo& LayersModel::layerAt(int row) const
{
    return m_layers[static_cast<std::size_t>(rowCount() - 1 - row)];
}

quint64 LayersModel::bytesAt(int row) const
{
    return isWritable(row) ? (*m_writable == kUnknownBytes ? 0 : *m_writable) : layerAt(row).sizeBytes;
}

QVariant LayersModel::display(int row, int column) const
{
    if (column == SizeColumn)
        return isWritable(row) && *m_writable == kUnknownBytes ? QString() : format::bytes(bytesAt(row));
    if (isWritable(row))
        return column == CommandColumn ? QVariant(tr("Writable layer")) : QVariant();
    const client::LayerInfo& layer = layerAt(row);
    switch (column) {
    case NumberColumn:
        return QString::number(rowCount() - row);
    case CommandColumn:
        return layer.createdBy.isEmpty() ? tr("(the image does not say)") : layer.createdBy.simplified();
    case CreatedColumn:
        return layer.createdUsec > 0 ? format::ago(layer.createdUsec, format::nowUsec()) : QString();
    case DigestColumn:
        return format::shortId(layer.diffId);
    default:
        return {};
    }
}

QVariant LayersModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const int row = index.row();
    switch (role) {
    case Qt::DisplayRole:
        return display(row, index.column());
    case SortRole:
        return rowCount() - row;
    case BytesRole:
        return bytesAt(row);
    case WritableRole:
        return isWritable(row);
    case ChangesRole:
        return changes(row);
    case MarkRole:
        return mark(row);
    case LayerRole:
        return rowCount() - 1 - row;
    case FractionRole: {
        quint64 greatest = 1;
        for (int other = 0; other < rowCount(); ++other)
            greatest = std::max(greatest, bytesAt(other));
        return static_cast<double>(bytesAt(row)) / static_cast<double>(greatest);
    }
    case Qt::ToolTipRole:
        if (isWritable(row))
            return {};
        return index.column() == DigestColumn ? layerAt(row).diffId
            : index.column() == CommandColumn ? QVariant(layerAt(row).createdBy)
                                              : QVariant();
    case Qt::TextAlignmentRole:
        return index.column() == SizeColumn || index.column() == NumberColumn
            ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
            : QVariant();
    default:
        return {};
    }
}

QVariant LayersModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NumberColumn:
        return tr("#");
    case CommandColumn:
        return tr("Made by");
    case SizeColumn:
        return tr("Size");
    case CreatedColumn:
        return tr("Created");
    case DigestColumn:
        return tr("diffID");
    default:
        return {};
    }
}

} // namespace lamella::models
