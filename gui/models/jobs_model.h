// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"
#include "gui/models/rate_meter.h"

#include <QAbstractListModel>
#include <QElapsedTimer>
#include <QHash>
#include <QPointer>

#include <functional>
#include <vector>

namespace lamella::client {
class Client;
class JobClient;
} // namespace lamella::client

namespace lamella::models {

/// Every job that the helper knows, oldest first; finished ones stay until the helper forgets them, and those that
/// failed or were cancelled and can be tried again until they are dismissed, or tried again.
class JobsModel : public QAbstractListModel {
    Q_OBJECT

public:
    enum Role {
        ProgressRole = Qt::UserRole, ///< 0 to 1, or -1
        RunningRole,
        CancelableRole,
        TitleRole, ///< what it does, in a few words
        FiguresRole, ///< bytes, rate, stage: how far it is
        FailedRole,
        RetryRole, ///< it can be tried again
    };

    /// A layer, or whatever else goes on side by side within a job.
    struct Part {
        QString name;
        QString figures;
        double progress = -1;

        friend bool operator==(const Part&, const Part&) = default;
    };

    explicit JobsModel(client::Client* client, QObject* parent = nullptr);

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

    /// nullptr where the helper has forgotten it.
    client::JobClient* job(const QModelIndex& index) const;
    std::vector<Part> parts(const QModelIndex& index) const;
    /// The newest that still runs; not valid where none does.
    QModelIndex running() const;
    int runningCount() const;

    /// What makes the same request again, should the job fail or be cancelled.
    void setRetry(const client::JobClient* job, std::function<void()> retry);
    void cancel(const QModelIndex& index);
    void retry(const QModelIndex& index);
    /// Takes one that has ended out of the list.
    void dismiss(const QModelIndex& index);

Q_SIGNALS:
    /// A job came, went, or got further.
    void changed();

private:
    struct Row {
        QPointer<client::JobClient> job;
        client::JobData data;
        RateMeter rate;
        QHash<QString, RateMeter> partRates;
        std::function<void()> retry;
    };

    void add(client::JobClient* job);
    void remove(client::JobClient* job);
    void take(client::JobClient* job);
    void removeRow(std::size_t row);
    void removeUndone(const QString& title);
    static bool isUndone(const Row& row);
    const Row* rowAt(const QModelIndex& index) const;
    std::size_t find(const client::JobClient* job) const;
    QString nameOf(const QString& item) const;
    QString title(const Row& row) const;
    QString sentence(const Row& row) const;
    QString figures(const Row& row) const;

    client::Client* m_client;
    std::vector<Row> m_rows;
    QElapsedTimer m_clock;
};

} // namespace lamella::models
