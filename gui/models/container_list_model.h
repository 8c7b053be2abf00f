// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QList>

namespace lamella::client {
class Client;
class ContainerClient;
}

namespace lamella::models {

/// Every container, one a row, in the order in which they came. Rows come and go singly, so selections survive.
class ContainerListModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { NameColumn, SparklineColumn, CpuColumn, MemoryColumn, ColumnCount };
    enum Role {
        IdRole = Qt::UserRole,
        ConditionRole,    ///< models::Condition
        SecondLineRole,   ///< QString: what stands below the name
        SparklineRole,    ///< QList<double>: CPU per cent, a sample a second, oldest first
        SparklineMaxRole, ///< double: the full height of the sparkline
        SortRole,
        SearchRole, ///< QString: what the search looks in
    };

    explicit ContainerListModel(client::Client* client, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    client::ContainerClient* container(const QModelIndex& index) const;
    QModelIndex indexOf(const QString& id) const;

private:
    void add(client::ContainerClient* container);
    void remove(client::ContainerClient* container);
    void rowChanged(client::ContainerClient* container, int first, int last);

    QList<client::ContainerClient*> m_rows;
};

} // namespace lamella::models
