// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/layer_tree.h"
#include "gui/client/types.h"

#include <QAbstractTableModel>

#include <optional>
#include <vector>

namespace lamella::models {

/// The stack of layers as it lies: the writable one (where there is one) at the top, the image's base at the bottom.
class LayersModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { NumberColumn, CommandColumn, SizeColumn, CreatedColumn, DigestColumn, ColumnCount };
    enum Role {
        SortRole = Qt::UserRole,
        BytesRole, ///< quint64
        WritableRole, ///< bool
        FractionRole, ///< double: of the greatest layer, for its thickness
        ChangesRole, ///< QString: how many paths it adds, changes and deletes; empty until that is known
        MarkRole, ///< int of client::ChangeKind: what it does at the marked path; -1: nothing
        LayerRole, ///< int: the layer's number in its tree, from 0 at the bottom
    };

    explicit LayersModel(QObject* parent = nullptr);

    /// `layers` from the bottom, as the helper says them. `writableBytes`: the container's own layer (kUnknownBytes
    /// until it has been measured); nothing for an image.
    void setLayers(const std::vector<client::LayerInfo>& layers, std::optional<quint64> writableBytes);
    static constexpr quint64 kUnknownBytes = ~quint64(0);
    /// What its files were read from; nullptr: not known yet.
    void setTree(client::LayerTreePtr tree);
    /// Marks the layers that have something to say of a node of the tree; -1: none.
    void setMarked(qint64 node);
    int rowOfLayer(int layer) const { return rowCount() - 1 - layer; }
    quint64 totalBytes() const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    bool isWritable(int row) const { return m_writable && row == 0; }
    const client::LayerInfo& layerAt(int row) const;
    quint64 bytesAt(int row) const;
    QVariant display(int row, int column) const;
    QString changes(int row) const;
    int mark(int row) const;

    std::vector<client::LayerInfo> m_layers;
    std::optional<quint64> m_writable;
    client::LayerTreePtr m_tree;
    qint64 m_marked = -1;
};

} // namespace lamella::models
