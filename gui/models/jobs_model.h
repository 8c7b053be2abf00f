// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <QList>

namespace lamella::client {
class Client;
class JobClient;
} // namespace lamella::client

namespace lamella::models {

/// Every job that the helper knows, oldest first; finished ones stay until the helper forgets them.
class JobsModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role { ProgressRole = Qt::UserRole, RunningRole, CancelableRole };

    explicit JobsModel(client::Client* client, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

    client::JobClient* job(const QModelIndex& index) const;
    /// The newest that still runs; nullptr where none does.
    client::JobClient* running() const;
    int runningCount() const;

Q_SIGNALS:
    /// A job came, went, or got further.
    void changed();

private:
    void add(client::JobClient* job);
    void remove(client::JobClient* job);
    QString sentence(const client::JobClient* job) const;

    client::Client* m_client;
    QList<client::JobClient*> m_rows;
};

} // namespace lamella::models
