// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/changes_model.h"

#include "gui/format/formats.h"
#include "gui/models/change_words.h"
#include "gui/models/writer_words.h"

#include <QSet>
#include <QStringList>

#include <algorithm>
#include <optional>

namespace lamella::models {

using client::ChangeEntry;
using client::ChangeKind;

struct ChangesModel::Node {
    QString name; ///< in the tree the last part of the path, in the flat list all of it; siblings are in its order
    QString path;
    QByteArray rawPath;
    std::optional<ChangeEntry> entry; ///< nothing for a directory that only leads to changes
    quint64 bytes = 0; ///< with all that is below
    quint64 timeUsec = 0; ///< the latest of all
    Node* parent = nullptr;
    int row = 0;
    std::vector<std::unique_ptr<Node>> children;

    void renumber(std::size_t from = 0)
    {
        for (std::size_t i = from; i < children.size(); ++i) {
            children[i]->row = static_cast<int>(i);
            children[i]->parent = this;
        }
    }
};

namespace {

template <class Node>
void finish(Node& node)
{
    std::ranges::sort(node.children, {}, [](const auto& child) { return child->name; });
    node.renumber();
    node.bytes = node.entry ? node.entry->bytes : 0;
    node.timeUsec = node.entry ? node.entry->timeUsec : 0;
    for (auto& child : node.children) {
        finish(*child);
        node.bytes += child->bytes;
        node.timeUsec = std::max(node.timeUsec, child->timeUsec);
    }
}

/// Whether there is anything of it, with all that is in it, that the container has made: not of a directory of the
/// image that only leads to changes.
bool isOwn(const ChangeEntry& entry)
{
    const bool isOfImage = entry.kind == ChangeKind::Attributes || entry.kind == ChangeKind::Copied;
    return entry.kind != ChangeKind::Deleted && !(isOfImage && entry.type == client::FileType::Directory);
}

bool isFigure(int column)
{
    return column == ChangesModel::BytesColumn || column == ChangesModel::DiffersColumn;
}

} // namespace

ChangesModel::ChangesModel(QObject* parent)
    : QAbstractItemModel(parent)
    , m_root(std::make_unique<Node>())
{
}

ChangesModel::~ChangesModel() = default;

std::unique_ptr<ChangesModel::Node> ChangesModel::build(const std::vector<ChangeEntry>& entries, bool flat)
{
    auto root = std::make_unique<Node>();
    QHash<QString, Node*> byPath{{QString(), root.get()}};
    const auto add = [&byPath](Node* parent, const QString& name, const QString& path, const QByteArray& rawPath) {
        auto node = std::make_unique<Node>();
        node->name = name;
        node->path = path;
        node->rawPath = rawPath;
        Node* added = node.get();
        byPath.insert(path, added);
        parent->children.push_back(std::move(node));
        return added;
    };
    for (const ChangeEntry& entry : entries) {
        Node* node = root.get();
        const QByteArray raw = bytesOfPath(entry);
        if (flat) {
            node = byPath.contains(entry.path) ? byPath.value(entry.path) : add(node, entry.path, entry.path, raw);
        } else {
            QString path;
            qsizetype rawEnd = 0;
            const QStringList parts = entry.path.split(u'/', Qt::SkipEmptyParts);
            for (const QString& part : parts) {
                path += u'/' + part;
                rawEnd = raw.indexOf('/', rawEnd + 1);
                Node* below = byPath.value(path, nullptr);
                node = below ? below : add(node, part, path, rawEnd < 0 ? raw : raw.first(rawEnd));
            }
        }
        if (node != root.get())
            node->entry = entry;
    }
    finish(*root);
    return root;
}

void ChangesModel::setChanges(client::ChangeSet changes)
{
    m_set = std::move(changes);
    m_differences.keepOnly(m_set.entries);
    m_counts = {};
    m_bytes = m_copiedBytes = 0;
    for (const ChangeEntry& entry : m_set.entries) {
        ++m_counts[static_cast<std::size_t>(entry.kind)];
        m_bytes += entry.bytes;
        const bool isCopy = entry.kind == ChangeKind::Attributes || entry.kind == ChangeKind::Copied;
        if (isCopy && entry.type == client::FileType::File)
            m_copiedBytes += entry.bytes;
    }
    const std::unique_ptr<Node> fresh = build(m_set.entries, m_flat);
    merge(m_root.get(), fresh.get());
}

void ChangesModel::setFlat(bool flat)
{
    if (flat == m_flat)
        return;
    // Another form altogether: nothing of the old rows stays.
    beginResetModel();
    m_flat = flat;
    m_root = build(m_set.entries, m_flat);
    endResetModel();
}

void ChangesModel::merge(Node* into, Node* from)
{
    removeMissing(into, from);
    insertNew(into, from);
    // Now both have the same names in the same order; those that were just put in are empty in `from`.
    for (std::size_t i = 0; i < into->children.size(); ++i) {
        if (!from->children[i])
            continue;
        merge(into->children[i].get(), from->children[i].get());
        refresh(into->children[i].get(), *from->children[i]);
    }
}

void ChangesModel::removeMissing(Node* into, const Node* from)
{
    const auto isWanted = [from](const QString& name) {
        const auto at
            = std::ranges::lower_bound(from->children, name, {}, [](const auto& child) { return child->name; });
        return at != from->children.end() && (*at)->name == name;
    };
    for (int last = static_cast<int>(into->children.size()) - 1; last >= 0; --last) {
        if (isWanted(into->children[static_cast<std::size_t>(last)]->name))
            continue;
        int first = last;
        while (first > 0 && !isWanted(into->children[static_cast<std::size_t>(first - 1)]->name))
            --first;
        beginRemoveRows(indexOf(into), first, last);
        into->children.erase(into->children.begin() + first, into->children.begin() + last + 1);
        into->renumber(static_cast<std::size_t>(first));
        endRemoveRows();
        last = first;
    }
}

void ChangesModel::insertNew(Node* into, Node* from)
{
    for (std::size_t at = 0; at < from->children.size(); ++at) {
        const auto isThere = [&](std::size_t candidate) {
            return at < into->children.size() && into->children[at]->name == from->children[candidate]->name;
        };
        if (isThere(at))
            continue;
        // A whole run of new ones is one insertion.
        std::size_t end = at + 1;
        while (end < from->children.size() && !isThere(end))
            ++end;
        beginInsertRows(indexOf(into), static_cast<int>(at), static_cast<int>(end) - 1);
        const auto begin = from->children.begin();
        into->children.insert(into->children.begin() + static_cast<std::ptrdiff_t>(at),
                              std::make_move_iterator(begin + static_cast<std::ptrdiff_t>(at)),
                              std::make_move_iterator(begin + static_cast<std::ptrdiff_t>(end)));
        into->renumber(at);
        endInsertRows();
        at = end - 1;
    }
}

void ChangesModel::refresh(Node* node, const Node& fresh)
{
    if (node->entry == fresh.entry && node->bytes == fresh.bytes && node->timeUsec == fresh.timeUsec)
        return;
    node->timeUsec = fresh.timeUsec;
    node->entry = fresh.entry;
    node->bytes = fresh.bytes;
    Q_EMIT dataChanged(indexOf(node), indexOf(node, ColumnCount - 1));
}

void ChangesModel::setLayerNames(const QHash<QString, QString>& names)
{
    m_layerNames = names;
}

const ChangeEntry* ChangesModel::entry(const QModelIndex& row) const
{
    const Node* node = nodeOf(row);
    return node->entry ? &*node->entry : nullptr;
}

bool ChangesModel::isContentDue(const QModelIndex& row) const
{
    const ChangeEntry* changed = entry(row);
    return changed && m_differences.isDue(*changed);
}

void ChangesModel::setDiffering(const QModelIndex& row, const ChangeEntry& counted, std::optional<quint64> bytes)
{
    m_differences.set(counted, bytes);
    if (row.isValid())
        Q_EMIT dataChanged(row.siblingAtColumn(DiffersColumn), row.siblingAtColumn(DiffersColumn));
}

void ChangesModel::add(const Node& node, Tally& tally)
{
    if (node.entry) {
        ++tally.counts[static_cast<std::size_t>(node.entry->kind)];
        tally.total += node.entry->kind != ChangeKind::Copied;
        tally.bytes += node.entry->kind == ChangeKind::Added ? node.entry->bytes : 0;
    }
    for (const auto& child : node.children)
        add(*child, tally);
}

ChangesModel::Tally ChangesModel::tally(const QModelIndexList& rows) const
{
    Tally tally;
    const QSet<const Node*> chosen = [&] {
        QSet<const Node*> nodes;
        for (const QModelIndex& row : rows)
            nodes.insert(nodeOf(row));
        return nodes;
    }();
    for (const Node* node : chosen) {
        bool isBelowAnother = false;
        for (const Node* above = node->parent; above && !isBelowAnother; above = above->parent)
            isBelowAnother = chosen.contains(above);
        if (isBelowAnother)
            continue;
        tally.rows.push_back(indexOf(node));
        add(*node, tally);
    }
    std::ranges::sort(tally.rows, {}, [](const QModelIndex& row) { return row.data(PathRole).toString(); });
    return tally;
}

bool ChangesModel::hasWriters() const
{
    return std::ranges::any_of(m_set.entries, [](const ChangeEntry& entry) { return entry.writer.hostPid > 0; });
}

int ChangesModel::count(ChangeKind kind) const
{
    return m_counts[static_cast<std::size_t>(kind)];
}

ChangesModel::Node* ChangesModel::nodeOf(const QModelIndex& index) const
{
    return index.isValid() ? static_cast<Node*>(index.internalPointer()) : m_root.get();
}

QModelIndex ChangesModel::indexOf(const Node* node, int column) const
{
    return node == m_root.get() ? QModelIndex() : createIndex(node->row, column, node);
}

QModelIndex ChangesModel::index(int row, int column, const QModelIndex& parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, nodeOf(parent)->children[static_cast<std::size_t>(row)].get());
}

QModelIndex ChangesModel::parent(const QModelIndex& index) const
{
    return index.isValid() ? indexOf(nodeOf(index)->parent) : QModelIndex();
}

int ChangesModel::rowCount(const QModelIndex& parent) const
{
    return parent.column() > 0 ? 0 : static_cast<int>(nodeOf(parent)->children.size());
}

int ChangesModel::columnCount(const QModelIndex&) const
{
    return ColumnCount;
}

QString ChangesModel::typeWord(client::FileType type)
{
    switch (type) {
    case client::FileType::File:
        return tr("file");
    case client::FileType::Directory:
        return tr("directory");
    case client::FileType::Symlink:
        return tr("link");
    case client::FileType::Fifo:
        return tr("fifo");
    case client::FileType::Socket:
        return tr("socket");
    case client::FileType::CharDevice:
        return tr("character device");
    case client::FileType::BlockDevice:
        break;
    }
    return tr("block device");
}

QVariant ChangesModel::display(const Node& node, int column) const
{
    switch (column) {
    case PathColumn:
        return node.entry && !node.entry->renamedFrom.isEmpty()
            ? tr("%1 (renamed from %2)").arg(node.name, node.entry->renamedFrom)
            : node.name;
    case KindColumn:
        return node.entry ? changeLetter(node.entry->kind) : QString();
    case TypeColumn:
        return node.entry ? typeWord(node.entry->type) : QString();
    case BytesColumn:
        return node.bytes > 0 || node.entry ? format::bytes(node.bytes) : QString();
    case DiffersColumn:
        return node.entry ? differenceText(m_differences.of(*node.entry)) : QString();
    case TimeColumn:
        return node.timeUsec > 0 ? format::timeOfDay(node.timeUsec) : QString();
    case WriterColumn:
        return node.entry ? writerText(node.entry->writer) : QString();
    case LayerColumn:
        return node.entry ? m_layerNames.value(node.entry->layer, format::shortId(node.entry->layer)) : QString();
    default:
        return {};
    }
}

QVariant ChangesModel::toolTip(const Node& node, int column) const
{
    switch (column) {
    case PathColumn:
        return node.entry && !node.entry->renamedFrom.isEmpty()
            ? tr("%1\nrenamed from %2").arg(node.path, node.entry->renamedFrom)
            : node.path;
    case BytesColumn: // there is not always room for the next one
    case DiffersColumn:
        return node.entry ? differenceSentence(*node.entry, m_differences.of(*node.entry)) : QString();
    case WriterColumn:
        return node.entry ? writerDetails(node.entry->writer) : QString();
    case LayerColumn:
        return display(node, LayerColumn);
    default:
        return {};
    }
}

QVariant ChangesModel::sortKey(const Node& node, int column) const
{
    const auto differing = [&] {
        const auto answer = node.entry ? m_differences.of(*node.entry) : ContentDifferences::Answer{};
        return answer.state == ContentDifferences::State::Known ? static_cast<qint64>(answer.bytes) : -1;
    };
    return column == PathColumn   ? QVariant(node.name)
        : column == BytesColumn   ? QVariant(node.bytes)
        : column == DiffersColumn ? QVariant(differing())
        : column == TimeColumn    ? QVariant(node.timeUsec)
                                  : display(node, column);
}

QVariant ChangesModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid())
        return {};
    const Node& node = *nodeOf(index);
    switch (role) {
    case Qt::DisplayRole:
        return display(node, index.column());
    case PathRole:
        return node.path;
    case Qt::ToolTipRole:
        return toolTip(node, index.column());
    case RawPathRole:
        return node.rawPath;
    case TimeRole:
        return node.timeUsec;
    case KindRole:
        return node.entry ? static_cast<int>(node.entry->kind) : -1;
    case TypeRole:
        return node.entry ? static_cast<int>(node.entry->type) : static_cast<int>(client::FileType::Directory);
    case BytesRole:
        return node.bytes;
    case SortRole:
        return sortKey(node, index.column());
    case Qt::TextAlignmentRole:
        return isFigure(index.column())    ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
            : index.column() == KindColumn ? QVariant(Qt::AlignCenter)
                                           : QVariant();
    default:
        return {};
    }
}

Qt::ItemFlags ChangesModel::flags(const QModelIndex& index) const
{
    const Qt::ItemFlags flags = QAbstractItemModel::flags(index);
    const ChangeEntry* changed = index.isValid() ? entry(index) : nullptr;
    return changed && isOwn(*changed) ? flags | Qt::ItemIsDragEnabled : flags;
}

QVariant ChangesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation == Qt::Horizontal && role == Qt::TextAlignmentRole)
        return isFigure(section)    ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
            : section == KindColumn ? QVariant(Qt::AlignCenter)
                                    : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    if (orientation == Qt::Horizontal && role == Qt::ToolTipRole && section == DiffersColumn)
        return tr("How many bytes of a file are others than those of the image's file");
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case PathColumn:
        return tr("Path");
    case KindColumn:
        return tr("Change");
    case TypeColumn:
        return tr("Type");
    case BytesColumn:
        return tr("Size");
    case DiffersColumn:
        return tr("Differs");
    case TimeColumn:
        return tr("Changed");
    case WriterColumn:
        return tr("By");
    case LayerColumn:
        return tr("From layer");
    default:
        return {};
    }
}

} // namespace lamella::models
