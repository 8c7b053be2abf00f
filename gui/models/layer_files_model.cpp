// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/layer_files_model.h"

#include "gui/format/formats.h"
#include "gui/models/change_words.h"
#include "gui/models/file_paths.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace lamella::models {

using client::ChangeKind;
using client::FileType;
using client::LayerEntry;
using client::LayerNode;

namespace {

constexpr quint32 kNoRow = std::numeric_limits<quint32>::max();

} // namespace

ChangeKind changeKind(const LayerEntry& entry)
{
    switch (entry.change) {
    case 'A':
        return ChangeKind::Added;
    case 'M':
        return ChangeKind::Modified;
    case 'D':
        return ChangeKind::Deleted;
    case 'm':
        return ChangeKind::Attributes;
    default:
        return ChangeKind::Copied;
    }
}

FileType fileType(const LayerEntry& entry)
{
    switch (entry.type) {
    case 'd':
        return FileType::Directory;
    case 'l':
        return FileType::Symlink;
    case 'p':
        return FileType::Fifo;
    case 's':
        return FileType::Socket;
    case 'c':
        return FileType::CharDevice;
    case 'b':
        return FileType::BlockDevice;
    default:
        return FileType::File;
    }
}

QString modeText(FileType type, quint32 mode)
{
    return typeLetter(type) + modeWords(mode);
}

LayerFilesModel::LayerFilesModel(QObject* parent)
    : QAbstractItemModel(parent)
{
}

LayerFilesModel::~LayerFilesModel() = default;

void LayerFilesModel::setTree(client::LayerTreePtr tree)
{
    beginResetModel();
    m_tree = std::move(tree);
    m_scope = Scope::UpTo;
    m_layer = m_tree ? static_cast<int>(m_tree->layers().size()) - 1 : 0;
    m_text.clear();
    m_onlyDifferent = false;
    build();
    endResetModel();
}

void LayerFilesModel::setView(Scope scope, int layer)
{
    if (scope == m_scope && layer == m_layer)
        return;
    m_scope = scope;
    m_layer = layer;
    rebuild();
}

void LayerFilesModel::setText(const QString& text)
{
    if (std::exchange(m_text, text) != text)
        rebuild();
}

void LayerFilesModel::setOnlyDifferent(bool only)
{
    if (std::exchange(m_onlyDifferent, only) != only)
        rebuild();
}

const LayerEntry* LayerFilesModel::entryOf(quint32 node) const
{
    const LayerNode& at = m_tree->nodes()[node];
    const LayerEntry* entry = m_scope == Scope::UpTo ? m_tree->upTo(at, m_layer) : m_tree->of(at, m_layer);
    return entry && m_onlyDifferent && entry->change == 'c' ? nullptr : entry;
}

// A directory whose name holds the text is found with all that is in it.
std::vector<char> LayerFilesModel::matches() const
{
    const auto nodes = m_tree->nodes();
    std::vector<char> found(nodes.size(), m_text.isEmpty());
    if (m_text.isEmpty())
        return found;
    const bool wholePath = m_text.contains(u'/');
    for (std::size_t i = 1; i < nodes.size(); ++i) {
        const QString tested
            = wholePath ? QString::fromUtf8(m_tree->path(static_cast<quint32>(i))) : name(static_cast<quint32>(i));
        found[i] = found[nodes[i].parent] || tested.contains(m_text, Qt::CaseInsensitive);
    }
    return found;
}

void LayerFilesModel::build()
{
    m_count = 0;
    m_rows.clear();
    const std::size_t count = m_tree ? m_tree->nodes().size() : 0;
    m_firstRow.assign(count, 0);
    m_rowCount.assign(count, 0);
    m_row.assign(count, kNoRow);
    m_bytes.assign(count, 0);
    if (!m_tree)
        return;
    const auto nodes = m_tree->nodes();
    std::vector<char> shown = matches();
    for (std::size_t i = count; i-- > 1;) {
        const LayerEntry* entry = shown[i] ? entryOf(static_cast<quint32>(i)) : nullptr;
        if (entry) {
            ++m_count;
            m_bytes[i] += entry->bytes;
        }
        // What is below stands further on: a directory is there for what is in it.
        shown[i] = entry || m_rowCount[i] > 0;
        if (!shown[i])
            continue;
        m_bytes[nodes[i].parent] += m_bytes[i];
        ++m_rowCount[nodes[i].parent];
    }
    for (std::size_t i = 0; i < count; ++i) {
        m_firstRow[i] = static_cast<quint32>(m_rows.size());
        for (quint32 child = 0; child < nodes[i].childCount; ++child) {
            if (shown[nodes[i].firstChild + child])
                m_rows.push_back(nodes[i].firstChild + child);
        }
    }
    sortRows();
}

bool LayerFilesModel::isBefore(quint32 a, quint32 b) const
{
    const auto entries = std::pair{entryOf(a), entryOf(b)};
    const auto by = [&](auto value) {
        const auto one = entries.first ? value(*entries.first) : 0;
        const auto other = entries.second ? value(*entries.second) : 0;
        return one < other;
    };
    switch (m_sortColumn) {
    case KindColumn:
        return by([](const LayerEntry& entry) { return static_cast<int>(changeKind(entry)) + 1; });
    case BytesColumn:
        return m_bytes[a] < m_bytes[b];
    case ModeColumn:
        return by([](const LayerEntry& entry) { return int{entry.mode} + 1; });
    case OwnerColumn:
        return by([](const LayerEntry& entry) { return (qint64{entry.uid} << 32) + entry.gid + 1; });
    case LayersColumn:
        return m_tree->nodes()[a].entryCount < m_tree->nodes()[b].entryCount;
    default:
        return a < b; // as they stand in the tree
    }
}

void LayerFilesModel::sortRows()
{
    const bool asTheyStand = m_sortColumn == NameColumn && m_sortOrder == Qt::AscendingOrder;
    for (std::size_t i = 0; i < m_firstRow.size(); ++i) {
        const auto first = m_rows.begin() + m_firstRow[i];
        const auto last = first + m_rowCount[i];
        if (!asTheyStand)
            std::stable_sort(first, last, [this](quint32 a, quint32 b) {
                return m_sortOrder == Qt::AscendingOrder ? isBefore(a, b) : isBefore(b, a);
            });
        for (auto row = first; row != last; ++row)
            m_row[*row] = static_cast<quint32>(row - first);
    }
}

void LayerFilesModel::rebuild()
{
    Q_EMIT layoutAboutToBeChanged();
    const QModelIndexList before = persistentIndexList();
    build();
    QModelIndexList after;
    for (const QModelIndex& index : before)
        after.append(indexOf(static_cast<quint32>(index.internalId()), index.column()));
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged();
}

void LayerFilesModel::sort(int column, Qt::SortOrder order)
{
    if (column == m_sortColumn && order == m_sortOrder)
        return;
    m_sortColumn = column;
    m_sortOrder = order;
    rebuild();
}

quint64 LayerFilesModel::totalBytes() const
{
    return m_bytes.empty() ? 0 : m_bytes.front();
}

QModelIndex LayerFilesModel::indexOf(quint32 node, int column) const
{
    if (node == 0 || node >= m_row.size() || m_row[node] == kNoRow)
        return {};
    return createIndex(static_cast<int>(m_row[node]), column, quintptr{node});
}

QModelIndex LayerFilesModel::index(int row, int column, const QModelIndex& parent) const
{
    if (!hasIndex(row, column, parent))
        return {};
    const auto node = static_cast<std::size_t>(parent.internalId());
    return createIndex(row, column, quintptr{m_rows[m_firstRow[node] + static_cast<quint32>(row)]});
}

QModelIndex LayerFilesModel::parent(const QModelIndex& index) const
{
    if (!index.isValid() || !m_tree)
        return {};
    return indexOf(m_tree->nodes()[index.internalId()].parent);
}

int LayerFilesModel::rowCount(const QModelIndex& parent) const
{
    if (!m_tree || parent.column() > 0)
        return 0;
    return static_cast<int>(m_rowCount[parent.internalId()]);
}

int LayerFilesModel::columnCount(const QModelIndex&) const
{
    return ColumnCount;
}

bool LayerFilesModel::hasChildren(const QModelIndex& parent) const
{
    return rowCount(parent) > 0;
}

QString LayerFilesModel::name(quint32 node) const
{
    return QString::fromUtf8(m_tree->name(m_tree->nodes()[node]));
}

/// What a deletion takes away is what stood there before.
quint64 LayerFilesModel::bytes(quint32 node) const
{
    const LayerEntry* entry = entryOf(node);
    if (!entry || entry->change != 'D')
        return m_bytes[node];
    const auto all = m_tree->entries(m_tree->nodes()[node]);
    const auto at = static_cast<std::size_t>(entry - all.data());
    return at > 0 ? all[at - 1].bytes : 0;
}

// "1, 4": layers are counted from one, as the stack does.
QString LayerFilesModel::layers(quint32 node) const
{
    QStringList numbers;
    for (const LayerEntry& entry : m_tree->entries(m_tree->nodes()[node]))
        numbers.append(QString::number(entry.layer + 1));
    return numbers.join(QStringLiteral(", "));
}

QString LayerFilesModel::display(quint32 node, int column) const
{
    const LayerEntry* entry = entryOf(node);
    switch (column) {
    case NameColumn: {
        if (!entry || entry->linkBytes == 0)
            return name(node);
        const QString link = QString::fromUtf8(m_tree->link(*entry));
        return entry->hardLink ? tr("%1 = /%2").arg(name(node), link)
                               : QStringLiteral("%1 \u2192 %2").arg(name(node), link);
    }
    case KindColumn:
        return entry && entry->layer == m_layer ? QString(QLatin1Char(entry->change)) : QString();
    case BytesColumn:
        return entry && entry->change != 'D' && entry->type != 'f' && m_bytes[node] == 0 ? QString()
                                                                                         : format::bytes(bytes(node));
    case ModeColumn:
        return entry && entry->change != 'D' ? modeText(fileType(*entry), entry->mode) : QString();
    case OwnerColumn:
        return entry && entry->change != 'D' ? QStringLiteral("%1:%2").arg(entry->uid).arg(entry->gid) : QString();
    case LayersColumn:
        return layers(node);
    default:
        return {};
    }
}

// Where the path stands, layer by layer.
QString LayerFilesModel::toolTip(quint32 node) const
{
    QStringList lines{QString::fromUtf8(m_tree->path(node))};
    for (const LayerEntry& entry : m_tree->entries(m_tree->nodes()[node])) {
        const QString what = entry.change == 'D' ? tr("deleted") : format::bytes(entry.bytes);
        const QString made = m_layerNames.value(entry.layer).left(80);
        lines.append(
            made.isEmpty()
                ? tr("layer %1: %2 %3").arg(entry.layer + 1).arg(QLatin1Char(entry.change)).arg(what)
                : tr("layer %1: %2 %3 (%4)").arg(entry.layer + 1).arg(QLatin1Char(entry.change)).arg(what, made));
    }
    return format::plainToolTip(lines.join(u'\n'));
}

QVariant LayerFilesModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || !m_tree)
        return {};
    const auto node = static_cast<quint32>(index.internalId());
    const LayerEntry* entry = entryOf(node);
    switch (role) {
    case Qt::DisplayRole:
        return display(node, index.column());
    case PathRole:
        return m_tree->path(node);
    case KindRole:
        return entry && entry->layer == m_layer ? static_cast<int>(changeKind(*entry)) : -1;
    case BytesRole:
        return entry && entry->change == 'D' ? 0 : m_bytes[node];
    case TypeRole:
        return static_cast<int>(entry ? fileType(*entry) : FileType::Directory);
    case NodeRole:
        return node;
    case Qt::ToolTipRole:
        return toolTip(node);
    case Qt::TextAlignmentRole:
        return index.column() == BytesColumn ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant();
    default:
        return {};
    }
}

QVariant LayerFilesModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && section == BytesColumn)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role == Qt::ToolTipRole && section == LayersColumn)
        return tr("The layers that have something to say of the path");
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case NameColumn:
        return tr("Name");
    case KindColumn:
        return QString();
    case BytesColumn:
        return tr("Size");
    case ModeColumn:
        return tr("Mode");
    case OwnerColumn:
        return tr("Owner");
    case LayersColumn:
        return tr("In layers");
    default:
        return {};
    }
}

} // namespace lamella::models
