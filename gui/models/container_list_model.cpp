// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/container_list_model.h"

#include "gui/client/client.h"
#include "gui/client/container_client.h"
#include "gui/client/stats_feed.h"
#include "gui/format/formats.h"
#include "gui/format/image_text.h"
#include "gui/models/state_words.h"

namespace lamella::models {

namespace {

QList<double> cpuHistory(const client::StatsFeed& stats)
{
    const auto& samples = stats.recent();
    QList<double> history;
    for (std::size_t i = 1; i < samples.size(); ++i)
        history.append(client::cpuPercent(samples[i - 1], samples[i]) / 100.0);
    return history;
}

QString description(const client::ContainerData& data)
{
    return QStringLiteral("%1, %2, %3").arg(data.name, format::stateWord(shownStateOf(data)), format::shortReference(data.imageName));
}

} // namespace

ContainerListModel::ContainerListModel(client::Client* client, QObject* parent)
    : QAbstractListModel(parent)
{
    connect(client, &client::Client::containerAdded, this, &ContainerListModel::add);
    connect(client, &client::Client::containerRemoved, this, &ContainerListModel::remove);
    for (client::ContainerClient* container : client->containers())
        add(container);
}

void ContainerListModel::add(client::ContainerClient* container)
{
    const int row = static_cast<int>(m_rows.size());
    beginInsertRows({}, row, row);
    m_rows.append(container);
    endInsertRows();
    connect(container, &client::ContainerClient::changed, this, [this, container] {
        rowChanged(container, {});
        Q_EMIT changed();
    });
    connect(container->stats(), &client::StatsFeed::sampled, this,
            [this, container] { rowChanged(container, {CpuHistoryRole, CpuRole, MemoryRole, NoteRole}); });
    Q_EMIT changed();
}

void ContainerListModel::remove(client::ContainerClient* container)
{
    const int row = static_cast<int>(m_rows.indexOf(container));
    if (row < 0)
        return;
    beginRemoveRows({}, row, row);
    m_rows.removeAt(row);
    endRemoveRows();
    container->disconnect(this);
    container->stats()->disconnect(this);
    Q_EMIT changed();
}

void ContainerListModel::rowChanged(client::ContainerClient* container, const QList<int>& roles)
{
    const QModelIndex changedIndex = index(static_cast<int>(m_rows.indexOf(container)));
    if (changedIndex.isValid())
        Q_EMIT dataChanged(changedIndex, changedIndex, roles);
}

int ContainerListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

QVariant ContainerListModel::data(const QModelIndex& index, int role) const
{
    const client::ContainerClient* container = this->container(index);
    if (!container)
        return {};
    const client::ContainerData& data = container->data();
    switch (role) {
    case Qt::DisplayRole:
        return data.name;
    case Qt::AccessibleTextRole:
        return description(data);
    case IdRole:
        return data.id;
    case StateRole:
        return static_cast<int>(shownStateOf(data));
    case ImageRole:
        return format::shortReference(data.imageName);
    case NoteRole:
        return stateNote(data, format::nowUsec());
    case CpuHistoryRole:
        return QVariant::fromValue(container->isAlive() ? cpuHistory(*container->stats()) : QList<double>());
    case CpuRole: {
        const auto percent = container->stats()->cpuPercent();
        return percent ? QVariant(*percent / 100.0) : QVariant();
    }
    case MemoryRole: {
        const auto bytes = container->stats()->memoryBytes();
        return bytes ? QVariant(*bytes) : QVariant();
    }
    case CreatedRole:
        return data.createdUsec;
    case SearchRole:
        return QStringList{data.name, data.imageName, data.command.join(u' '), data.id}.join(u'\n');
    default:
        return {};
    }
}

client::ContainerClient* ContainerListModel::container(const QModelIndex& index) const
{
    return index.isValid() && index.row() < m_rows.size() ? m_rows.at(index.row()) : nullptr;
}

QModelIndex ContainerListModel::indexOf(const QString& id) const
{
    for (int row = 0; row < m_rows.size(); ++row) {
        if (m_rows.at(row)->id() == id)
            return index(row);
    }
    return {};
}

} // namespace lamella::models
