// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QList>
#include <QTimer>

namespace lamella::client {
class Client;
class TrashedClient;
} // namespace lamella::client

namespace lamella::models {

/// The containers in the trash, the one that was removed last first.
class TrashModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { NameColumn, ImageColumn, RemovedColumn, LeftColumn, ChangesColumn, SizeColumn, ColumnCount };

    /// `client` outlives it.
    explicit TrashModel(client::Client* client, QObject* parent = nullptr);

    client::TrashedClient* trashed(const QModelIndex& index) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

private:
    void add(client::TrashedClient* trashed);
    void remove(client::TrashedClient* trashed);
    void tell(int first, int last);
    static QVariant display(const client::TrashedClient* trashed, int column);

    QList<client::TrashedClient*> m_rows;
    QTimer m_clock; ///< times are told from now
};

} // namespace lamella::models
