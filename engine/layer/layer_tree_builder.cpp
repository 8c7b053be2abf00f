// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/layer_tree_builder.h"

#include "engine/layer/tree.h"

#include <algorithm>
#include <format>
#include <functional>
#include <utility>

namespace lamella::layer {

namespace {

FileType typeOf(RecordKind kind)
{
    switch (kind) {
    case RecordKind::Directory:
    case RecordKind::Implied:
        return FileType::Directory;
    case RecordKind::Symlink:
        return FileType::Symlink;
    case RecordKind::CharDevice:
        return FileType::CharDevice;
    case RecordKind::BlockDevice:
        return FileType::BlockDevice;
    case RecordKind::Fifo:
        return FileType::Fifo;
    default:
        return FileType::File;
    }
}

std::unexpected<Error> wrongPath()
{
    return failure(ErrorKind::InvalidArgument, "the layer's index is damaged: a path is wrong");
}

bool isSameTime(const timespec& a, const timespec& b)
{
    return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

bool isDirectory(const TreeEntry& entry)
{
    return entry.kind != ChangeKind::Deleted && entry.type == FileType::Directory;
}

} // namespace

std::size_t LayerTreeBuilder::NodeHash::operator()(const NodeKey& key) const
{
    return std::hash<std::string_view>{}(key.name) ^ (std::size_t{key.parent} * 0x9e3779b97f4a7c15);
}

LayerTreeBuilder::LayerTreeBuilder(std::size_t mostPaths)
    : m_mostPaths(mostPaths)
    , m_text(std::make_unique<std::pmr::monotonic_buffer_resource>(64 << 10))
    , m_nodes(1)
    , m_byName(16, NodeHash{&m_nodes}, NodeEqual{&m_nodes})
{
}

std::string_view LayerTreeBuilder::keep(std::string_view text)
{
    if (text.empty())
        return {};
    auto* bytes = static_cast<char*>(m_text->allocate(text.size(), 1));
    std::ranges::copy(text, bytes);
    return {bytes, text.size()};
}

LayerTreeBuilder::NodeId LayerTreeBuilder::lookUp(NodeId parent, std::string_view name) const
{
    const auto known = m_byName.find(NodeKey{parent, name});
    return known != m_byName.end() ? *known : kNone;
}

LayerTreeBuilder::NodeId LayerTreeBuilder::find(std::string_view path) const
{
    NodeId node = 0;
    while (!path.empty() && node != kNone) {
        const auto slash = std::min(path.find('/'), path.size());
        node = lookUp(node, path.substr(0, slash));
        path.remove_prefix(std::min(slash + 1, path.size()));
    }
    return node;
}

Result<LayerTreeBuilder::NodeId> LayerTreeBuilder::child(NodeId parent, std::string_view name)
{
    if (const auto known = lookUp(parent, name); known != kNone)
        return known;
    if (name.empty() || name == "." || name == ".." || name.contains('\0'))
        return wrongPath();
    if (m_nodes.size() > m_mostPaths)
        return failure(ErrorKind::LimitExceeded,
                       std::format("the layers have more than {} paths, too many to show", m_mostPaths));
    const auto made = static_cast<NodeId>(m_nodes.size());
    Node& node = m_nodes.emplace_back();
    node.parent = parent;
    node.name = keep(name);
    node.nextSibling = std::exchange(m_nodes[parent].firstChild, made);
    m_byName.insert(made);
    return made;
}

Result<LayerTreeBuilder::NodeId> LayerTreeBuilder::nodeAt(std::string_view path)
{
    if (path.empty())
        return NodeId{0};
    const auto [directory, name] = splitPath(path);
    if (path.starts_with('/') || directory.ends_with('/'))
        return wrongPath();
    // What stands in one directory mostly comes together.
    if (directory != m_lastDirectory) {
        NodeId node = 0;
        for (auto rest = directory; !rest.empty();) {
            const auto slash = std::min(rest.find('/'), rest.size());
            node = TRY(child(node, rest.substr(0, slash)));
            rest.remove_prefix(std::min(slash + 1, rest.size()));
        }
        m_lastDirectory = directory;
        m_lastNode = node;
    }
    return child(m_lastNode, name);
}

// What the current layer has at the node, made where there is nothing yet; to be used before the next one is asked for.
Result<LayerTreeBuilder::Found*> LayerTreeBuilder::foundAt(NodeId node)
{
    if (m_nodes[node].found == kNone) {
        if (m_found.size() + m_entries.size() >= 2 * m_mostPaths)
            return failure(ErrorKind::LimitExceeded,
                           std::format("the layers have more than {} entries, too many to show", 2 * m_mostPaths));
        m_nodes[node].found = static_cast<std::uint32_t>(m_found.size());
        m_found.emplace_back();
    }
    Found& found = m_found[m_nodes[node].found];
    const bool opaque = found.isOpaque; // it may be known before the directory is
    found = {};
    found.node = node;
    found.isOpaque = opaque;
    found.entry.layer = static_cast<std::uint16_t>(layer());
    for (auto above = m_nodes[node].parent; above != kNone && m_nodes[above].aboveIn != layer();
         above = m_nodes[above].parent)
        m_nodes[above].aboveIn = layer();
    return &found;
}

Result<void> LayerTreeBuilder::add(const FileRecord& record)
{
    if (m_stop.stop_requested())
        return failure(ErrorKind::Cancelled, "reading the layers was cancelled");
    const auto node = TRY(nodeAt(record.path));
    Found& found = *TRY(foundAt(node));
    TreeEntry& entry = found.entry;
    entry.type = typeOf(record.kind);
    if (record.kind == RecordKind::Whiteout) {
        entry.kind = ChangeKind::Deleted;
        return {};
    }
    entry.hardLink = record.kind == RecordKind::HardLink;
    found.isImplied = record.kind == RecordKind::Implied;
    found.isOpaque = found.isOpaque || record.opaque;
    entry.mode = found.isImplied ? 0755 : static_cast<std::uint16_t>(record.mode);
    entry.uid = record.uid;
    entry.gid = record.gid;
    entry.bytes = record.size;
    entry.mtime = record.mtime;
    entry.link = keep(record.link);
    found.content = {record.digest, record.deviceMajor, record.deviceMinor};
    return {};
}

Result<void> LayerTreeBuilder::gone(std::string_view path)
{
    if (const auto node = find(path); node != kNone)
        forget(node);
    return {};
}

// Of the current layer, with all below.
void LayerTreeBuilder::forget(NodeId top)
{
    std::vector<NodeId> open{top};
    while (!open.empty()) {
        Node& node = m_nodes[open.back()];
        open.pop_back();
        if (node.found != kNone)
            m_found[std::exchange(node.found, kNone)].node = kNone;
        if (std::exchange(node.aboveIn, kNone) != layer())
            continue;
        for (auto child = node.firstChild; child != kNone; child = m_nodes[child].nextSibling)
            open.push_back(child);
    }
}

Result<void> LayerTreeBuilder::opaque(std::string_view path)
{
    const auto node = TRY(nodeAt(path));
    if (m_nodes[node].found == kNone) {
        Found& found = *TRY(foundAt(node));
        found.entry.type = FileType::Directory;
        found.entry.mode = 0755;
        found.isImplied = true;
    }
    m_found[m_nodes[node].found].isOpaque = true;
    return {};
}

Result<void> LayerTreeBuilder::addIndex(std::string_view index, std::stop_token stop)
{
    m_stop = std::move(stop);
    return readIndex(index, *this);
}

Result<void> LayerTreeBuilder::addChange(const Change& change)
{
    const auto node = TRY(nodeAt(std::string_view{change.path}.substr(1)));
    Found& found = *TRY(foundAt(node));
    found.isDecided = true;
    found.entry.kind = change.kind;
    found.entry.type = change.type;
    if (change.kind == ChangeKind::Deleted)
        return {};
    found.entry.mode = static_cast<std::uint16_t>(change.mode & 07777);
    found.entry.uid = change.uid;
    found.entry.gid = change.gid;
    found.entry.bytes = change.type == FileType::File ? change.size : 0;
    found.entry.mtime = change.time;
    return {};
}

Result<void> LayerTreeBuilder::addShown(const LayerTree& tree)
{
    const auto nodes = tree.nodes();
    std::vector<NodeId> here(nodes.size(), 0);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const TreeNode& node = nodes[i];
        if (i > 0)
            here[i] = TRY(child(here[node.parent], node.name));
        const TreeEntry* shown = tree.shown(node);
        if (i > 0 && !shown)
            continue;
        Found& found = *TRY(foundAt(here[i]));
        if (shown) {
            found.entry = *shown;
            found.entry.layer = static_cast<std::uint16_t>(layer());
            found.entry.kind = ChangeKind::Added;
            found.entry.link = keep(shown->link);
            found.content = tree.m_contents[static_cast<std::size_t>(shown - tree.entries().data())];
        } else {
            found.entry.type = FileType::Directory;
            found.isImplied = true;
        }
        found.isOpaque = i == 0;
    }
    return {};
}

void LayerTreeBuilder::enter(NodeId node, const TreeEntry& entry, const TreeContent& content)
{
    m_nodes[node].shown = entry.kind == ChangeKind::Deleted ? kNone : static_cast<std::uint32_t>(m_entries.size());
    m_entries.push_back(entry);
    m_contents.push_back(content);
    m_entryNodes.push_back(node);
    TreeLayer& layer = m_layers.back();
    layer.bytes.value += entry.bytes;
    if (entry.kind == ChangeKind::Added)
        ++layer.added;
    else if (entry.kind == ChangeKind::Deleted)
        ++layer.deleted;
    else
        ++layer.changed;
}

// Deletes what the layers below show in the directory and this one does not have; the bytes that were to be seen there.
// Nothing is shown below what is not shown itself, so that only what is deleted costs time.
std::uint64_t LayerTreeBuilder::hideBelow(NodeId directory)
{
    std::uint64_t bytes = 0;
    std::vector<NodeId> open{directory};
    while (!open.empty()) {
        const auto above = open.back();
        open.pop_back();
        for (auto id = m_nodes[above].firstChild; id != kNone; id = m_nodes[id].nextSibling) {
            const Node& node = m_nodes[id];
            if (node.shown == kNone)
                continue;
            const TreeEntry below = m_entries[node.shown];
            bytes += below.bytes;
            if (below.type == FileType::Directory)
                open.push_back(id);
            if (node.found != kNone)
                continue;
            TreeEntry deleted;
            deleted.layer = static_cast<std::uint16_t>(m_layers.size() - 1);
            deleted.kind = ChangeKind::Deleted;
            deleted.type = below.type;
            deleted.implicit = true;
            enter(id, deleted, {});
        }
    }
    return bytes;
}

std::uint64_t LayerTreeBuilder::hide(const Found& found)
{
    const auto below = m_nodes[found.node].shown;
    const bool hasBelow = below != kNone ? m_entries[below].type == FileType::Directory : found.node == 0;
    if (!hasBelow)
        return 0;
    return found.isOpaque || !isDirectory(found.entry) ? hideBelow(found.node) : 0;
}

// A hard link's content is that of the file that it is another name of.
const TreeContent& LayerTreeBuilder::contentOf(const Found& found) const
{
    if (!found.entry.hardLink)
        return found.content;
    const auto target = find(found.entry.link);
    return target != kNone && m_nodes[target].found != kNone ? m_found[m_nodes[target].found].content : found.content;
}

bool LayerTreeBuilder::hasSameContent(const Found& found, std::uint32_t below) const
{
    const TreeEntry& lower = m_entries[below];
    const TreeContent& content = contentOf(found);
    const TreeContent& other = m_contents[below];
    switch (found.entry.type) {
    case FileType::Directory:
        return true;
    case FileType::Symlink:
        return found.entry.link == lower.link;
    case FileType::CharDevice:
    case FileType::BlockDevice:
        return content.deviceMajor == other.deviceMajor && content.deviceMinor == other.deviceMinor;
    case FileType::File:
        if (content.digest && other.digest)
            return content.digest == other.digest;
        return found.entry.bytes == lower.bytes && isSameTime(found.entry.mtime, lower.mtime);
    default:
        return true;
    }
}

ChangeKind LayerTreeBuilder::compare(const Found& found, std::uint32_t below) const
{
    const TreeEntry& entry = found.entry;
    const TreeEntry& lower = m_entries[below];
    if (entry.type != lower.type || !hasSameContent(found, below))
        return ChangeKind::Modified;
    if (found.isImplied)
        return ChangeKind::Copied;
    const bool sameOwner = entry.mode == lower.mode && entry.uid == lower.uid && entry.gid == lower.gid;
    const bool sameTime = entry.type == FileType::Directory || isSameTime(entry.mtime, lower.mtime);
    return sameOwner && sameTime ? ChangeKind::Copied : ChangeKind::Attributes;
}

void LayerTreeBuilder::addVersion(Node& node, std::uint64_t bytes)
{
    node.smallest = std::min(node.smallest, bytes);
    node.all += bytes;
}

void LayerTreeBuilder::decide(Found& found, std::uint64_t hidden)
{
    Node& node = m_nodes[found.node];
    TreeEntry& entry = found.entry;
    const auto below = node.shown;
    if (entry.kind == ChangeKind::Deleted) {
        if (below == kNone)
            return;
        addVersion(node, hidden);
        entry.type = m_entries[below].type;
        return enter(found.node, entry, {});
    }
    if (entry.type != FileType::Directory || node.aboveIn != entry.layer)
        addVersion(node, entry.bytes);
    if (!found.isDecided)
        entry.kind = below == kNone ? ChangeKind::Added : compare(found, below);
    const bool isNothing = entry.type == FileType::Directory
        && (entry.kind == ChangeKind::Copied || (found.node == 0 && found.isImplied));
    if (isNothing)
        return;
    TreeContent content = contentOf(found);
    if (found.isDecided && below != kNone && entry.kind != ChangeKind::Modified)
        content = m_contents[below];
    enter(found.node, entry, content);
}

Result<void> LayerTreeBuilder::endLayer()
{
    m_layers.emplace_back();
    std::vector<std::uint64_t> hidden(m_found.size(), 0);
    for (std::size_t i = 0; i < m_found.size(); ++i) {
        if (m_found[i].node != kNone)
            hidden[i] = hide(m_found[i]);
    }
    for (std::size_t i = 0; i < m_found.size(); ++i) {
        if (m_found[i].node != kNone)
            decide(m_found[i], hidden[i]);
    }
    for (const Found& found : m_found) {
        if (found.node != kNone)
            m_nodes[found.node].found = kNone;
    }
    m_found.clear();
    if (m_entries.size() > 2 * m_mostPaths)
        return failure(ErrorKind::LimitExceeded,
                       std::format("the layers have more than {} entries, too many to show", 2 * m_mostPaths));
    return {};
}

// Makes the tree's nodes, each directory's one after the other; what they were here, in that order.
std::vector<LayerTreeBuilder::NodeId> LayerTreeBuilder::order(LayerTree& tree) const
{
    std::vector<NodeId> order{0};
    tree.m_nodes.resize(1);
    for (std::size_t i = 0; i < order.size(); ++i) {
        const auto first = order.size();
        for (auto id = m_nodes[order[i]].firstChild; id != kNone; id = m_nodes[id].nextSibling) {
            if (m_nodes[id].isUsed)
                order.push_back(id);
        }
        std::ranges::sort(order.begin() + static_cast<std::ptrdiff_t>(first), order.end(), {},
                          [this](NodeId id) { return m_nodes[id].name; });
        tree.m_nodes[i].firstChild = static_cast<std::uint32_t>(first);
        tree.m_nodes[i].childCount = static_cast<std::uint32_t>(order.size() - first);
        for (auto at = first; at < order.size(); ++at) {
            TreeNode& node = tree.m_nodes.emplace_back();
            node.parent = static_cast<std::uint32_t>(i);
            node.name = m_nodes[order[at]].name;
        }
    }
    return order;
}

void LayerTreeBuilder::rate(LayerTree& tree) const
{
    std::uint64_t smallest = 0;
    std::uint64_t all = 0;
    for (const Node& node : m_nodes) {
        all += node.all;
        if (node.smallest != std::numeric_limits<std::uint64_t>::max())
            smallest += node.smallest;
    }
    tree.m_efficiency = all > 0 ? static_cast<double>(smallest) / static_cast<double>(all) : 1;
    for (const TreeNode& node : tree.m_nodes)
        tree.m_wasted.value += tree.wasted(node);
}

LayerTree LayerTreeBuilder::finish() &&
{
    for (const auto node : m_entryNodes) {
        for (auto id = node; id != kNone && !std::exchange(m_nodes[id].isUsed, true);)
            id = m_nodes[id].parent;
    }
    LayerTree tree;
    const auto order = this->order(tree);
    std::vector<std::uint32_t> place(m_nodes.size(), 0);
    for (std::size_t i = 0; i < order.size(); ++i)
        place[order[i]] = static_cast<std::uint32_t>(i);
    for (const auto node : m_entryNodes)
        ++tree.m_nodes[place[node]].entryCount;
    std::uint32_t first = 0;
    for (TreeNode& node : tree.m_nodes)
        node.firstEntry = std::exchange(first, first + std::exchange(node.entryCount, 0));
    tree.m_entries.resize(m_entries.size());
    tree.m_contents.resize(m_entries.size());
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        TreeNode& node = tree.m_nodes[place[m_entryNodes[i]]];
        const auto at = node.firstEntry + node.entryCount++;
        tree.m_entries[at] = m_entries[i];
        tree.m_contents[at] = m_contents[i];
    }
    tree.m_layers = std::move(m_layers);
    tree.m_text = std::move(m_text);
    rate(tree);
    return tree;
}

} // namespace lamella::layer
