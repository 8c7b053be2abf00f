// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QAbstractItemModel>
#include <QHash>

#include <memory>
#include <vector>

namespace lamella::models {

/// A container's processes as a tree by parent, the shim at the top. Updates keep the index of every process that is
/// still there, so nothing collapses and the selection stays.
class ProcessTreeModel : public QAbstractItemModel {
    Q_OBJECT

public:
    enum Column {
        CommandColumn,
        HostPidColumn,
        ContainerPidColumn,
        UserInsideColumn,
        UserOutsideColumn,
        CpuColumn,
        CpuTimeColumn,
        MemoryColumn,
        StateColumn,
        ColumnCount
    };
    enum Role { HostPidRole = Qt::UserRole, SortRole, IsShimRole, EndedRole };

    explicit ProcessTreeModel(QObject* parent = nullptr);
    ~ProcessTreeModel() override;

    /// Takes a new list. What is not in it any more is shown as ended until the next one. `timeUsec`: when it was asked
    /// for; CPU per cent comes from the difference to the list before.
    void update(const std::vector<client::ProcessInfo>& processes, quint64 timeUsec);
    void clear();
    /// How many live, without the shim.
    int processCount() const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    struct Node;
    Node* nodeOf(const QModelIndex& index) const;
    QModelIndex indexOf(const Node* node) const;
    Node* find(quint32 hostPid) const;
    void insert(const client::ProcessInfo& process, Node* parent);
    void refresh(const client::ProcessInfo& process, quint64 timeUsec);
    void fade(Node* node);
    void removeNode(Node* node);
    void forget(const Node* node);
    QVariant toolTip(const Node& node, int column) const;
    static Qt::Alignment alignment(int column);
    QVariant display(const Node& node, int column) const;
    QVariant sortKey(const Node& node, int column) const;

    std::unique_ptr<Node> m_root;
    QHash<quint32, Node*> m_nodes; ///< by host PID
    quint64 m_timeUsec = 0;
};

} // namespace lamella::models
