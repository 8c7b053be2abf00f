// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/jobs_model.h"

#include "gui/client/client.h"
#include "gui/client/job_client.h"

#include <algorithm>

namespace lamella::models {

using client::JobClient;
using client::JobState;

JobsModel::JobsModel(client::Client* client, QObject* parent)
    : QAbstractListModel(parent)
    , m_client(client)
{
    connect(client, &client::Client::jobAdded, this, &JobsModel::add);
    connect(client, &client::Client::jobRemoved, this, &JobsModel::remove);
    for (JobClient* job : client->jobs())
        add(job);
}

void JobsModel::add(JobClient* job)
{
    const int row = static_cast<int>(m_rows.size());
    beginInsertRows({}, row, row);
    m_rows.append(job);
    endInsertRows();
    connect(job, &JobClient::changed, this, [this, job] {
        const QModelIndex at = index(static_cast<int>(m_rows.indexOf(job)));
        Q_EMIT dataChanged(at, at);
        Q_EMIT changed();
    });
    Q_EMIT changed();
}

void JobsModel::remove(JobClient* job)
{
    const int row = static_cast<int>(m_rows.indexOf(job));
    if (row < 0)
        return;
    beginRemoveRows({}, row, row);
    m_rows.removeAt(row);
    endRemoveRows();
    job->disconnect(this);
    Q_EMIT changed();
}

int JobsModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

JobClient* JobsModel::job(const QModelIndex& index) const
{
    return index.isValid() && index.row() < m_rows.size() ? m_rows.at(index.row()) : nullptr;
}

JobClient* JobsModel::running() const
{
    const auto found
        = std::find_if(m_rows.rbegin(), m_rows.rend(), [](const JobClient* job) { return job->isRunning(); });
    return found == m_rows.rend() ? nullptr : *found;
}

int JobsModel::runningCount() const
{
    return static_cast<int>(std::ranges::count_if(m_rows, &JobClient::isRunning));
}

QString JobsModel::sentence(const JobClient* job) const
{
    const client::JobData& data = job->data();
    QString what = data.operation;
    if (data.operation == QLatin1StringView("load-image")) {
        what = tr("Loading an image");
    } else if (data.operation == QLatin1StringView("stop-container")) {
        const QString id = data.items.value(0).section(u'/', -1);
        const client::ContainerClient* container = m_client->container(id);
        what = container ? tr("Stopping %1").arg(container->data().name) : tr("Stopping a container");
    }
    switch (data.state) {
    case JobState::Running:
        return data.stage.isEmpty() ? what : tr("%1: %2").arg(what, data.stage);
    case JobState::Succeeded:
        return tr("%1: done").arg(what);
    case JobState::Cancelled:
        return tr("%1: cancelled").arg(what);
    case JobState::Failed:
        return tr("%1 failed: %2").arg(what, data.errorMessage);
    }
    return what;
}

QVariant JobsModel::data(const QModelIndex& index, int role) const
{
    const JobClient* job = this->job(index);
    if (!job)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return sentence(job);
    case ProgressRole:
        return job->data().progress;
    case RunningRole:
        return job->isRunning();
    case CancelableRole:
        return job->isRunning() && job->data().cancelable;
    default:
        return {};
    }
}

} // namespace lamella::models
