// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/layer_tree.h"

#include <QAbstractTableModel>

#include <vector>

namespace lamella::models {

/// The paths whose bytes lie in layers for nothing: a later layer replaces or deletes them. The most comes first.
class WastedModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { PathColumn, BytesColumn, VersionsColumn, ColumnCount };
    enum Role {
        NodeRole = Qt::UserRole, ///< quint32: the path's node in the tree
        PathRole, ///< QByteArray, as it is in bytes
    };

    explicit WastedModel(QObject* parent = nullptr);

    void setTree(client::LayerTreePtr tree);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    QString display(quint32 node, int column) const;

    client::LayerTreePtr m_tree;
    std::vector<std::pair<quint64, quint32>> m_rows; ///< bytes, node
};

} // namespace lamella::models
