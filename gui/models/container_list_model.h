// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QList>

namespace lamella::client {
class Client;
class ContainerClient;
} // namespace lamella::client

namespace lamella::models {

/// Every container, one a row, in the order in which they came. Rows come and go singly, so selections survive; figures
/// change once a second.
class ContainerListModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role {
        IdRole = Qt::UserRole,
        StateRole, ///< int of format::ShownState
        ImageRole, ///< QString: the image's name
        NoteRole, ///< QString: since when it runs, how it ended
        CpuHistoryRole, ///< QList<double>: one value a second, newest last, 1 is a whole CPU
        CpuRole, ///< double: of one CPU; invalid where it does not run
        MemoryRole, ///< quint64: bytes; invalid where it does not run
        CreatedRole, ///< quint64: µs since 1970
        SearchRole, ///< QString: what a search looks in
    };

    explicit ContainerListModel(client::Client* client, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

    client::ContainerClient* container(const QModelIndex& index) const;
    QModelIndex indexOf(const QString& id) const;

Q_SIGNALS:
    /// A row came or went, or its data is another: counts may have changed.
    void changed();

private:
    void add(client::ContainerClient* container);
    void remove(client::ContainerClient* container);
    void rowChanged(client::ContainerClient* container, const QList<int>& roles);

    QList<client::ContainerClient*> m_rows;
};

} // namespace lamella::models
