// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/image_list_model.h"

#include "gui/client/client.h"
#include "gui/client/image_client.h"
#include "gui/format/formats.h"
#include "gui/format/image_text.h"
#include "gui/models/image_relations.h"

#include <algorithm>

namespace lamella::models {

namespace {

bool hasFigures(int column)
{
    return column == ImageListModel::SizeColumn || column == ImageListModel::UniqueColumn
        || column == ImageListModel::SharedColumn;
}

} // namespace

ImageListModel::ImageListModel(client::Client* client, QObject* parent)
    : QAbstractTableModel(parent)
    , m_client(client)
{
    connect(client, &client::Client::imageAdded, this, &ImageListModel::add);
    connect(client, &client::Client::imageRemoved, this, &ImageListModel::remove);
    connect(client, &client::Client::containerAdded, this, &ImageListModel::refresh);
    connect(client, &client::Client::containerRemoved, this, &ImageListModel::refresh);
    connect(client, &client::Client::trashedAdded, this, &ImageListModel::refresh);
    connect(client, &client::Client::trashedRemoved, this, &ImageListModel::refresh);
    for (client::ImageClient* image : client->images())
        add(image);
}

void ImageListModel::add(client::ImageClient* image)
{
    const int row = static_cast<int>(m_rows.size());
    beginInsertRows({}, row, row);
    m_rows.append(image);
    endInsertRows();
    connect(image, &client::ImageClient::changed, this, &ImageListModel::refresh);
}

void ImageListModel::remove(client::ImageClient* image)
{
    const int row = static_cast<int>(m_rows.indexOf(image));
    if (row < 0)
        return;
    beginRemoveRows({}, row, row);
    m_rows.removeAt(row);
    endRemoveRows();
    image->disconnect(this);
}

void ImageListModel::refresh()
{
    if (!m_rows.isEmpty())
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
}

int ImageListModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ImageListModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

client::ImageClient* ImageListModel::image(const QModelIndex& index) const
{
    return index.isValid() && index.row() < m_rows.size() ? m_rows.at(index.row()) : nullptr;
}

void ImageListModel::setUsage(const client::DiskUsage& usage)
{
    m_usage = usage.images;
    refresh();
}

QVariant ImageListModel::display(const client::ImageClient* image, int column) const
{
    switch (column) {
    case NameColumn:
        return image->data().references.isEmpty()
            ? tr("(no name)")
            : format::shortReference(format::nameParts(image->data().references.constFirst()).repository);
    case TagColumn: {
        const QStringList& names = image->data().references;
        QStringList words{names.isEmpty() ? QString() : format::nameParts(names.constFirst()).tag};
        if (names.size() > 1)
            words = {tr("%1 and %2 more").arg(words.constFirst()).arg(names.size() - 1)};
        words.append(foreignPlatform(m_client, image));
        words.removeAll(QString());
        return words.join(QStringLiteral(" · "));
    }
    case IdColumn:
        return format::shortId(image->data().id);
    case SizeColumn:
        return format::bytes(image->data().sizeBytes);
    case UniqueColumn:
    case SharedColumn: {
        const auto bytes = usageOf(image, column);
        return bytes ? format::bytes(*bytes) : QString();
    }
    case CreatedColumn:
        return image->data().createdUsec > 0 ? format::ago(image->data().createdUsec, format::nowUsec()) : QString();
    case UsedByColumn:
        return userNames(m_client, image).join(QStringLiteral(", "));
    default:
        return {};
    }
}

std::optional<quint64> ImageListModel::usageOf(const client::ImageClient* image, int column) const
{
    const auto usage = m_usage.constFind(image->path());
    if (usage == m_usage.cend())
        return std::nullopt;
    return column == UniqueColumn ? usage->uniqueBytes : usage->sharedBytes;
}

QVariant ImageListModel::sortKey(const client::ImageClient* image, int column) const
{
    switch (column) {
    case SizeColumn:
        return image->data().sizeBytes;
    case UniqueColumn:
    case SharedColumn:
        return usageOf(image, column).value_or(0);
    case CreatedColumn:
        return image->data().createdUsec;
    case UsedByColumn:
        return static_cast<quint64>(userNames(m_client, image).size());
    default:
        return display(image, column);
    }
}

QVariant ImageListModel::toolTip(const client::ImageClient* image, int column) const
{
    const auto usage = m_usage.constFind(image->path());
    switch (column) {
    case NameColumn:
    case TagColumn:
        return (image->data().references + QStringList{image->data().platform}).join(u'\n');
    case IdColumn:
        return image->data().id;
    case SizeColumn:
    case UniqueColumn:
    case SharedColumn:
        if (usage == m_usage.cend())
            return {};
        return tr("%1 in %n layer(s).\nRemoving it gives back %2; other images share %3.", nullptr,
                  static_cast<int>(image->data().layers.size()))
            .arg(format::bytes(image->data().sizeBytes), format::bytes(usage->uniqueBytes),
                 format::bytes(usage->sharedBytes));
    case CreatedColumn:
        return image->data().createdUsec > 0 ? format::timeOfDay(image->data().createdUsec) : QString();
    case UsedByColumn:
        return userNames(m_client, image).isEmpty()
            ? QString()
            : tr("%1\nClick, or press Enter here, to see them.").arg(userNames(m_client, image).join(u'\n'));
    default:
        return {};
    }
}

/// Where the words of a cell alone do not say what they are.
QVariant ImageListModel::accessibleText(const client::ImageClient* image, int column) const
{
    if (column != UsedByColumn)
        return display(image, column);
    const QStringList users = userNames(m_client, image);
    return users.isEmpty() ? tr("Used by no container") : tr("Used by %1").arg(users.join(QStringLiteral(", ")));
}

QVariant ImageListModel::data(const QModelIndex& index, int role) const
{
    const client::ImageClient* image = this->image(index);
    if (!image)
        return {};
    switch (role) {
    case Qt::DisplayRole:
        return display(image, index.column());
    case SortRole:
        return sortKey(image, index.column());
    case NamesRole:
        return image->data().references;
    case IdRole:
        return image->data().id;
    case Qt::ToolTipRole:
        return toolTip(image, index.column());
    case Qt::AccessibleTextRole:
        return accessibleText(image, index.column());
    case Qt::TextAlignmentRole:
        return hasFigures(index.column()) ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    default:
        return {};
    }
}

QVariant ImageListModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant((hasFigures(section) ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn:
        return tr("Name");
    case TagColumn:
        return tr("Tag");
    case IdColumn:
        return tr("ID");
    case SizeColumn:
        return tr("Size");
    case UniqueColumn:
        return tr("Unique");
    case SharedColumn:
        return tr("Shared");
    case CreatedColumn:
        return tr("Created");
    case UsedByColumn:
        return tr("Used by");
    default:
        return {};
    }
}

} // namespace lamella::models
