// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/trash_model.h"

#include "gui/client/client.h"
#include "gui/format/formats.h"
#include "gui/format/image_text.h"

#include <algorithm>
#include <chrono>

namespace lamella::models {

using client::TrashedClient;
using namespace std::chrono_literals;

namespace {

constexpr auto kTick = 30s;

bool isFigureOfTrash(int column)
{
    return column == TrashModel::ChangesColumn || column == TrashModel::SizeColumn;
}

/// What is left of its time, in the unit that a person would say.
QString timeLeft(quint64 expires, quint64 now)
{
    const auto left = std::chrono::microseconds{expires > now ? expires - now : 0};
    if (left >= 24h)
        return TrashModel::tr("%n day(s)", nullptr,
                              static_cast<int>(std::chrono::round<std::chrono::days>(left).count()));
    if (left >= 1h)
        return TrashModel::tr("%n hour(s)", nullptr,
                              static_cast<int>(std::chrono::round<std::chrono::hours>(left).count()));
    return TrashModel::tr("less than an hour");
}

} // namespace

TrashModel::TrashModel(client::Client* client, QObject* parent)
    : QAbstractTableModel(parent)
{
    connect(client, &client::Client::trashedAdded, this, &TrashModel::add);
    connect(client, &client::Client::trashedRemoved, this, &TrashModel::remove);
    m_clock.setInterval(kTick);
    connect(&m_clock, &QTimer::timeout, this, [this] { tell(0, rowCount() - 1); });
    m_clock.start();
    const QList<TrashedClient*> all = client->trash();
    for (TrashedClient* one : all)
        add(one);
}

void TrashModel::add(TrashedClient* trashed)
{
    const auto newer
        = [](const TrashedClient* a, const TrashedClient* b) { return a->data().removedUsec > b->data().removedUsec; };
    const auto place = std::ranges::upper_bound(m_rows, trashed, newer);
    const auto row = static_cast<int>(place - m_rows.begin());
    beginInsertRows({}, row, row);
    m_rows.insert(row, trashed);
    endInsertRows();
    connect(trashed, &TrashedClient::changed, this, [this, trashed] {
        const auto at = static_cast<int>(m_rows.indexOf(trashed));
        tell(at, at);
    });
}

void TrashModel::remove(TrashedClient* trashed)
{
    const auto row = static_cast<int>(m_rows.indexOf(trashed));
    if (row < 0)
        return;
    trashed->disconnect(this);
    beginRemoveRows({}, row, row);
    m_rows.removeAt(row);
    endRemoveRows();
}

void TrashModel::tell(int first, int last)
{
    if (first >= 0 && last >= first)
        Q_EMIT dataChanged(index(first, 0), index(last, ColumnCount - 1));
}

TrashedClient* TrashModel::trashed(const QModelIndex& index) const
{
    return index.isValid() ? m_rows.value(index.row(), nullptr) : nullptr;
}

int TrashModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int TrashModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant TrashModel::display(const TrashedClient* trashed, int column)
{
    const client::TrashedData& data = trashed->data();
    switch (column) {
    case NameColumn:
        return data.name;
    case ImageColumn:
        return format::shortReference(data.imageName);
    case RemovedColumn:
        return format::ago(data.removedUsec, format::nowUsec());
    case LeftColumn:
        return timeLeft(data.expiresUsec, format::nowUsec());
    case ChangesColumn:
        return data.changes < 0 ? tr("…") : QString::number(data.changes);
    case SizeColumn:
        return data.changes < 0 ? tr("…") : format::bytes(data.sizeBytes);
    default:
        return {};
    }
}

QVariant TrashModel::data(const QModelIndex& index, int role) const
{
    const TrashedClient* one = trashed(index);
    if (!one)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return display(one, index.column());
    case Qt::ToolTipRole:
        switch (index.column()) {
        case NameColumn:
            return tr("%1\nMade %2").arg(one->data().id, format::timeOfDay(one->data().createdUsec));
        case ImageColumn:
            return format::plainToolTip(one->data().imageName);
        case RemovedColumn:
            return format::timeOfDay(one->data().removedUsec);
        case LeftColumn:
            return tr("Gone for good %1").arg(format::timeOfDay(one->data().expiresUsec));
        default:
            return {};
        }
    case Qt::TextAlignmentRole:
        return isFigureOfTrash(index.column()) ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    default:
        return {};
    }
}

QVariant TrashModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant((isFigureOfTrash(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn:
        return tr("Name");
    case ImageColumn:
        return tr("Image");
    case RemovedColumn:
        return tr("Removed");
    case LeftColumn:
        return tr("Stays for");
    case ChangesColumn:
        return tr("Changes");
    case SizeColumn:
        return tr("Size");
    default:
        return {};
    }
}

} // namespace lamella::models
