// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractTableModel>
#include <QList>

namespace lamella::client {
class Client;
class ImageClient;
} // namespace lamella::client

namespace lamella::models {

/// Every image, one a row; its other references are named in the first column's tool tip.
class ImageListModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { NameColumn, IdColumn, SizeColumn, LayersColumn, CreatedColumn, UsedByColumn, ColumnCount };
    enum Role { IdRole = Qt::UserRole, SortRole };

    explicit ImageListModel(client::Client* client, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    client::ImageClient* image(const QModelIndex& index) const;
    /// How many containers were made from it.
    int containersOf(const client::ImageClient* image) const;

private:
    void add(client::ImageClient* image);
    void remove(client::ImageClient* image);
    void refresh();
    QVariant display(const client::ImageClient* image, int column) const;
    QVariant sortKey(const client::ImageClient* image, int column) const;

    client::Client* m_client;
    QList<client::ImageClient*> m_rows;
};

} // namespace lamella::models
