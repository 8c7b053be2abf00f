// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/image_list_model.h"

#include "gui/client/client.h"
#include "gui/client/image_client.h"
#include "gui/format/formats.h"

#include <algorithm>

namespace lamella::models {

ImageListModel::ImageListModel(client::Client* client, QObject* parent)
    : QAbstractTableModel(parent)
    , m_client(client)
{
    connect(client, &client::Client::imageAdded, this, &ImageListModel::add);
    connect(client, &client::Client::imageRemoved, this, &ImageListModel::remove);
    connect(client, &client::Client::containerAdded, this, &ImageListModel::refresh);
    connect(client, &client::Client::containerRemoved, this, &ImageListModel::refresh);
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

int ImageListModel::containersOf(const client::ImageClient* image) const
{
    return static_cast<int>(
        std::ranges::count_if(m_client->containers(), [&](const client::ContainerClient* container) {
            return container->data().imageId == image->data().id;
        }));
}

QVariant ImageListModel::display(const client::ImageClient* image, int column) const
{
    switch (column) {
    case NameColumn:
        return image->displayName();
    case IdColumn:
        return format::shortId(image->data().id);
    case SizeColumn:
        return format::bytes(image->data().sizeBytes);
    case LayersColumn:
        return QString::number(image->data().layers.size());
    case CreatedColumn:
        return image->data().createdUsec > 0 ? format::ago(image->data().createdUsec, format::nowUsec()) : QString();
    case UsedByColumn: {
        const int count = containersOf(image);
        return count > 0 ? tr("%n container(s)", nullptr, count) : QString();
    }
    default:
        return {};
    }
}

QVariant ImageListModel::sortKey(const client::ImageClient* image, int column) const
{
    switch (column) {
    case SizeColumn:
        return image->data().sizeBytes;
    case LayersColumn:
        return static_cast<quint64>(image->data().layers.size());
    case CreatedColumn:
        return image->data().createdUsec;
    case UsedByColumn:
        return containersOf(image);
    default:
        return display(image, column);
    }
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
    case IdRole:
        return image->data().id;
    case Qt::ToolTipRole:
        if (index.column() == NameColumn)
            return image->data().references.join(u'\n');
        return index.column() == IdColumn ? QVariant(image->data().id) : QVariant();
    case Qt::TextAlignmentRole:
        return index.column() == SizeColumn || index.column() == LayersColumn
            ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
            : QVariant();
    default:
        return {};
    }
}

QVariant ImageListModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return section == SizeColumn || section == LayersColumn ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                                                : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn:
        return tr("Name");
    case IdColumn:
        return tr("ID");
    case SizeColumn:
        return tr("Size");
    case LayersColumn:
        return tr("Layers");
    case CreatedColumn:
        return tr("Created");
    case UsedByColumn:
        return tr("Used by");
    default:
        return {};
    }
}

} // namespace lamella::models
