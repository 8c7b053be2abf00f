// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QAbstractTableModel>
#include <QList>

#include <optional>

namespace lamella::client {
class Client;
class ImageClient;
} // namespace lamella::client

namespace lamella::models {

/// Every image, one a row, under its first name; its other ones are in the tool tip.
class ImageListModel : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column {
        NameColumn,
        TagColumn,
        IdColumn,
        SizeColumn,
        UniqueColumn, ///< what it alone has
        SharedColumn, ///< what other images have, too
        CreatedColumn,
        UsedByColumn,
        ColumnCount
    };
    enum Role {
        IdRole = Qt::UserRole,
        SortRole,
        NamesRole, ///< all of them, whole
    };

    explicit ImageListModel(client::Client* client, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

    client::ImageClient* image(const QModelIndex& index) const;
    /// What each image shares and has alone, when it is known.
    void setUsage(const client::DiskUsage& usage);

private:
    void add(client::ImageClient* image);
    void remove(client::ImageClient* image);
    void refresh();
    QVariant display(const client::ImageClient* image, int column) const;
    QVariant toolTip(const client::ImageClient* image, int column) const;
    QVariant accessibleText(const client::ImageClient* image, int column) const;
    /// The names of the containers that were made from it, sorted.
    QVariant sortKey(const client::ImageClient* image, int column) const;
    /// What each image is said to take, where that is known.
    std::optional<quint64> usageOf(const client::ImageClient* image, int column) const;

    client::Client* m_client;
    QList<client::ImageClient*> m_rows;
    QHash<QString, client::ImageUsage> m_usage; ///< by object path
};

} // namespace lamella::models
