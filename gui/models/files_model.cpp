// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/files_model.h"

#include "gui/client/file_source.h"
#include "gui/client/files_reader.h"
#include "gui/format/formats.h"
#include "gui/models/change_words.h"
#include "gui/models/file_paths.h"

#include <algorithm>

namespace lamella::models {

using client::ClientError;
using client::FileEntry;
using client::FileType;

namespace {

/// Reading again and again may take this part of the time.
constexpr int kShareOfTime = 10;
constexpr int kMostLinks = 40; // as the kernel: path_resolution(7)

} // namespace

struct FilesModel::Node {
    explicit Node(FileEntry its = {})
        : entry(std::move(its))
    {
    }

    FileEntry entry; ///< nothing for the root
    Node* parent = nullptr;
    int row = 0;
    bool isRead = false;
    bool isReading = false;
    bool isCut = false; ///< there are more names than are taken
    std::vector<std::unique_ptr<Node>> children; ///< sorted by the bytes of their names

    bool isDirectory() const { return !parent || entry.type == FileType::Directory; }
    void renumber(std::size_t from)
    {
        for (std::size_t i = from; i < children.size(); ++i) {
            children[i]->row = static_cast<int>(i);
            children[i]->parent = this;
        }
    }
    Node* child(const QByteArray& name) const
    {
        const auto at = std::ranges::lower_bound(children, name, {}, [](const auto& one) { return one->entry.name; });
        return at != children.end() && (*at)->entry.name == name ? at->get() : nullptr;
    }
};

/// A directory that is being read, in parts where it is large.
struct FilesModel::Reading {
    QByteArray path;
    quint64 generation = 0;
    std::vector<FileEntry> entries = {};
    QByteArray next = {};
};

FilesModel::FilesModel(QObject* parent)
    : QAbstractItemModel(parent)
    , m_root(std::make_unique<Node>())
{
}

FilesModel::~FilesModel() = default;

void FilesModel::setSource(client::FileSource* source)
{
    beginResetModel();
    m_source = source;
    ++m_generation;
    m_wanted.clear();
    m_again.clear();
    m_stale.clear();
    m_root = std::make_unique<Node>();
    endResetModel();
}

void FilesModel::refresh()
{
    if (!m_source || !m_again.isEmpty())
        return;
    m_refreshing.start();
    m_isRefreshing = true;
    std::vector<const Node*> open{m_root.get()};
    while (!open.empty()) {
        const Node* node = open.back();
        open.pop_back();
        if (node != m_root.get() && !node->isRead)
            continue;
        m_again.append(pathOf(*node));
        for (const auto& child : node->children)
            open.push_back(child.get());
    }
    refreshNext();
}

void FilesModel::readAgain(const QByteArray& directory)
{
    const Node* node = nodeAt(directory);
    if (!node || (node->parent && !node->isRead))
        return;
    // One that is being read may have been looked at before what was changed in it.
    if (node->isReading)
        m_stale.insert(directory);
    else
        read(directory);
}

void FilesModel::refreshNext()
{
    while (!m_again.isEmpty()) {
        const Node* node = nodeAt(m_again.constFirst());
        if (node && !node->isReading) {
            read(m_again.constFirst());
            return;
        }
        m_again.removeFirst();
    }
    if (std::exchange(m_isRefreshing, false))
        m_refreshed = m_refreshing.elapsed();
}

bool FilesModel::isDue() const
{
    return m_again.isEmpty() && (!m_refreshing.isValid() || m_refreshing.elapsed() > m_refreshed * kShareOfTime);
}

void FilesModel::forget(const QModelIndex& directory)
{
    Node* node = nodeOf(directory);
    if (!node->parent || !node->isRead)
        return;
    if (!node->children.empty()) {
        beginRemoveRows(directory, 0, static_cast<int>(node->children.size()) - 1);
        node->children.clear();
        endRemoveRows();
    }
    node->isRead = node->isCut = false;
}

void FilesModel::reveal(const QByteArray& path)
{
    m_wanted = cleanPath(path);
    m_links = 0;
    m_lookedAgain.clear();
    revealFurther();
}

void FilesModel::revealFurther()
{
    const Node* node = m_root.get();
    const QByteArray wanted = m_wanted;
    for (const QByteArray& name : wanted.split('/')) {
        if (name.isEmpty())
            continue;
        if (!node->isRead) {
            read(pathOf(*node));
            return;
        }
        const Node* below = node->child(name);
        if (!below && m_lookedAgain != pathOf(*node)) {
            // It may have come since the directory was read.
            m_lookedAgain = pathOf(*node);
            readAgain(m_lookedAgain);
            return;
        }
        if (!below && node->isReading)
            return;
        if (!below) {
            m_wanted.clear();
            Q_EMIT notRevealed(wanted, {client::ErrorKind::NotFound, tr("%1 is not there.").arg(textOf(wanted))});
            return;
        }
        if (below->entry.type == FileType::Symlink && below->entry.name != lastName(wanted)) {
            // On the way a link is followed; at the end it is what is meant.
            const QByteArray link = pathOf(*below);
            m_wanted = cleanPath(linkedPath(link, below->entry.target) + wanted.sliced(link.size()));
            if (++m_links < kMostLinks)
                return revealFurther();
            m_wanted.clear();
            Q_EMIT notRevealed(wanted,
                               {client::ErrorKind::NotFound, tr("The link %1 leads nowhere.").arg(textOf(link))});
            return;
        }
        node = below;
    }
    m_wanted.clear();
    Q_EMIT revealed(wanted, indexOf(node));
}

void FilesModel::read(const QByteArray& path)
{
    Node* node = nodeAt(path);
    if (!m_source || !node || node->isReading)
        return;
    node->isReading = true;
    readPart(std::make_shared<Reading>(Reading{path, m_generation}));
}

void FilesModel::readPart(const std::shared_ptr<Reading>& reading)
{
    m_source->listDirectory(reading->path, reading->next)
        .then(this, [this, reading](client::Outcome<client::FileListing> part) {
            if (reading->generation != m_generation || !m_source)
                return;
            if (!part)
                return giveUp(*reading, part.error());
            std::ranges::move(part->entries, std::back_inserter(reading->entries));
            reading->next = part->next;
            if (reading->next.isEmpty() || reading->entries.size() >= kMostNames)
                take(*reading);
            else
                readPart(reading);
        });
}

void FilesModel::take(Reading& reading)
{
    if (Node* node = nodeAt(reading.path)) {
        node->isReading = false;
        node->isRead = true;
        node->isCut = !reading.next.isEmpty();
        merge(*node, std::move(reading.entries));
        Q_EMIT directoryRead(reading.path);
    }
    if (!m_again.isEmpty() && m_again.constFirst() == reading.path)
        m_again.removeFirst();
    if (m_stale.remove(reading.path))
        read(reading.path);
    refreshNext();
    if (!m_wanted.isEmpty())
        revealFurther();
}

void FilesModel::giveUp(const Reading& reading, const ClientError& error)
{
    if (Node* node = nodeAt(reading.path)) {
        node->isReading = false;
        node->isRead = node->isRead || node->parent; // not again and again
    }
    m_again.clear();
    m_stale.remove(reading.path);
    m_isRefreshing = false;
    if (m_wanted.isEmpty()) {
        Q_EMIT failed(reading.path, error);
        return;
    }
    const QByteArray wanted = std::exchange(m_wanted, {});
    Q_EMIT notRevealed(wanted, error);
}

void FilesModel::merge(Node& into, std::vector<FileEntry> entries)
{
    // What is to be found by bisection, whatever the helper says.
    std::ranges::sort(entries, {}, &FileEntry::name);
    const auto same = std::ranges::unique(entries, {}, &FileEntry::name);
    entries.erase(same.begin(), same.end());
    removeMissing(into, entries);
    insertNew(into, entries);
    for (std::size_t i = 0; i < into.children.size(); ++i) {
        Node& node = *into.children[i];
        if (node.entry == entries[i])
            continue;
        node.entry = std::move(entries[i]);
        if (!node.isDirectory())
            forget(indexOf(&node));
        Q_EMIT dataChanged(indexOf(&node), indexOf(&node, ColumnCount - 1));
    }
}

void FilesModel::removeMissing(Node& into, const std::vector<FileEntry>& entries)
{
    const auto isWanted = [&entries](const QByteArray& name) {
        return std::ranges::binary_search(entries, name, {}, &FileEntry::name);
    };
    for (int last = static_cast<int>(into.children.size()) - 1; last >= 0; --last) {
        if (isWanted(into.children[static_cast<std::size_t>(last)]->entry.name))
            continue;
        int first = last;
        while (first > 0 && !isWanted(into.children[static_cast<std::size_t>(first - 1)]->entry.name))
            --first;
        beginRemoveRows(indexOf(&into), first, last);
        into.children.erase(into.children.begin() + first, into.children.begin() + last + 1);
        into.renumber(static_cast<std::size_t>(first));
        endRemoveRows();
        last = first;
    }
}

void FilesModel::insertNew(Node& into, std::vector<FileEntry>& entries)
{
    for (std::size_t at = 0; at < entries.size(); ++at) {
        const auto isThere = [&](std::size_t candidate) {
            return at < into.children.size() && into.children[at]->entry.name == entries[candidate].name;
        };
        if (isThere(at))
            continue;
        // A whole run of new ones is one insertion.
        std::size_t end = at + 1;
        while (end < entries.size() && !isThere(end))
            ++end;
        std::vector<std::unique_ptr<Node>> made;
        for (std::size_t i = at; i < end; ++i)
            made.push_back(std::make_unique<Node>(entries[i]));
        beginInsertRows(indexOf(&into), static_cast<int>(at), static_cast<int>(end) - 1);
        into.children.insert(into.children.begin() + static_cast<std::ptrdiff_t>(at),
                             std::make_move_iterator(made.begin()), std::make_move_iterator(made.end()));
        into.renumber(at);
        endInsertRows();
        at = end - 1;
    }
}

FilesModel::Node* FilesModel::nodeOf(const QModelIndex& index) const
{
    return index.isValid() ? static_cast<Node*>(index.internalPointer()) : m_root.get();
}

FilesModel::Node* FilesModel::nodeAt(const QByteArray& path) const
{
    Node* node = m_root.get();
    for (const QByteArray& name : path.split('/')) {
        if (!name.isEmpty() && node)
            node = node->child(name);
    }
    return node;
}

QByteArray FilesModel::pathOf(const Node& node)
{
    QByteArray path;
    for (const Node* one = &node; one->parent; one = one->parent)
        path.prepend('/' + one->entry.name);
    return path.isEmpty() ? QByteArrayLiteral("/") : path;
}

QModelIndex FilesModel::indexOf(const Node* node, int column) const
{
    return node->parent ? createIndex(node->row, column, node) : QModelIndex();
}

QModelIndex FilesModel::find(const QByteArray& path) const
{
    const Node* node = nodeAt(path);
    return node ? indexOf(node) : QModelIndex();
}

const FileEntry* FilesModel::entry(const QModelIndex& index) const
{
    return index.isValid() ? &nodeOf(index)->entry : nullptr;
}

QByteArray FilesModel::path(const QModelIndex& index) const
{
    return pathOf(*nodeOf(index));
}

bool FilesModel::isCut(const QModelIndex& directory) const
{
    return nodeOf(directory)->isCut;
}

bool FilesModel::isRead(const QModelIndex& directory) const
{
    return nodeOf(directory)->isRead;
}

QModelIndex FilesModel::index(int row, int column, const QModelIndex& parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, nodeOf(parent)->children[static_cast<std::size_t>(row)].get());
}

QModelIndex FilesModel::parent(const QModelIndex& index) const
{
    return index.isValid() ? indexOf(nodeOf(index)->parent) : QModelIndex();
}

int FilesModel::rowCount(const QModelIndex& parent) const
{
    return parent.column() > 0 ? 0 : static_cast<int>(nodeOf(parent)->children.size());
}

int FilesModel::columnCount(const QModelIndex&) const
{
    return ColumnCount;
}

bool FilesModel::hasChildren(const QModelIndex& parent) const
{
    const Node* node = nodeOf(parent);
    return parent.column() <= 0 && node->isDirectory() && (!node->isRead || !node->children.empty());
}

bool FilesModel::canFetchMore(const QModelIndex& parent) const
{
    const Node* node = nodeOf(parent);
    return m_source && node->isDirectory() && !node->isRead && !node->isReading;
}

void FilesModel::fetchMore(const QModelIndex& parent)
{
    if (canFetchMore(parent))
        read(path(parent));
}

Qt::ItemFlags FilesModel::flags(const QModelIndex& index) const
{
    Qt::ItemFlags flags = QAbstractItemModel::flags(index) | Qt::ItemIsDragEnabled;
    if (!index.isValid() || nodeOf(index)->isDirectory())
        flags |= Qt::ItemIsDropEnabled;
    if (index.isValid() && index.column() == NameColumn)
        flags |= Qt::ItemIsEditable;
    return flags;
}

bool FilesModel::setData(const QModelIndex& index, const QVariant& value, int role)
{
    const QByteArray name = value.toString().toUtf8();
    if (role != Qt::EditRole || !index.isValid() || value.toString() == display(*nodeOf(index), NameColumn).toString()
        || !client::isFileName(name))
        return false;
    Q_EMIT renameRequested(path(index), name);
    return true;
}

QVariant FilesModel::display(const Node& node, int column) const
{
    const FileEntry& entry = node.entry;
    switch (column) {
    case NameColumn:
        return textOf(entry.name);
    case ChangeColumn:
        return entry.change ? changeLetter(*entry.change) : QString();
    case SizeColumn:
        return entry.type == FileType::File ? format::bytes(entry.size) : QString();
    case ModeColumn:
        return QString(typeLetter(entry.type) + modeWords(entry.mode));
    case OwnerColumn:
        return QStringLiteral("%1:%2").arg(entry.uid).arg(entry.gid);
    case TimeColumn:
        return entry.mtimeUsec > 0 ? format::timeOfDay(static_cast<quint64>(entry.mtimeUsec)) : QString();
    default:
        return {};
    }
}

QVariant FilesModel::sortKey(const Node& node, int column) const
{
    switch (column) {
    case SizeColumn:
        return node.entry.size;
    case OwnerColumn:
        return quint64{node.entry.uid} << 32 | node.entry.gid;
    case TimeColumn:
        return node.entry.mtimeUsec;
    default:
        return display(node, column);
    }
}

QVariant FilesModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Node& node = *nodeOf(index);
    switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole:
        return display(node, index.column());
    case Qt::ToolTipRole:
        return index.column() == NameColumn ? QVariant(format::plainToolTip(fileToolTip(node.entry, m_layers)))
                                            : QVariant();
    case PathRole:
        return pathOf(node);
    case TypeRole:
        return static_cast<int>(node.entry.type);
    case KindRole:
        return node.entry.change ? static_cast<int>(*node.entry.change) : -1;
    case SortRole:
        return sortKey(node, index.column());
    case LeadsToChangesRole:
        return node.entry.isCopiedUp && !node.entry.change;
    case MountedRole:
        return node.entry.isMounted;
    case Qt::TextAlignmentRole:
        return index.column() == SizeColumn  ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
            : index.column() == ChangeColumn ? QVariant(Qt::AlignCenter)
                                             : QVariant();
    default:
        return {};
    }
}

QVariant FilesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return section == SizeColumn  ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
            : section == ChangeColumn ? QVariant(Qt::AlignCenter)
                                      : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn:
        return tr("Name");
    case ChangeColumn:
        return tr("Change");
    case SizeColumn:
        return tr("Size");
    case ModeColumn:
        return tr("Mode");
    case OwnerColumn:
        return tr("Owner");
    case TimeColumn:
        return tr("Modified");
    default:
        return {};
    }
}

} // namespace lamella::models
