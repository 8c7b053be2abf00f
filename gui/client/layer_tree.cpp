// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/layer_tree.h"

#include <QCoreApplication>

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <ranges>
#include <sys/mman.h>
#include <sys/stat.h>

namespace lamella::client {

namespace {

/// The next `count` parts of the mapping.
template <class T>
std::span<const T> part(const char* mapping, std::size_t& at, std::size_t count)
{
    const auto* first = reinterpret_cast<const T*>(mapping + at); // the parts are aligned as they follow each other
    at += count * sizeof(T);
    return {first, count};
}

bool isWithin(std::uint64_t first, std::uint64_t count, std::size_t size)
{
    return first <= size && count <= size - first;
}

} // namespace

Outcome<LayerTreePtr> LayerTree::open(const Descriptor& file)
{
    std::shared_ptr<LayerTree> tree(new LayerTree);
    if (!tree->map(file) || !tree->isSound())
        return std::unexpected(ClientError{
            ErrorKind::Malformed,
            QCoreApplication::translate("ClientError", "The helper's tree of layers cannot be understood.")});
    return tree;
}

LayerTree::~LayerTree()
{
    if (m_mapping)
        ::munmap(m_mapping, m_size);
}

bool LayerTree::map(const Descriptor& file)
{
    constexpr int kNeeded = F_SEAL_SHRINK | F_SEAL_WRITE;
    struct stat status{};
    if ((::fcntl(file.get(), F_GET_SEALS) & kNeeded) != kNeeded || ::fstat(file.get(), &status) != 0)
        return false;
    m_size = static_cast<std::size_t>(status.st_size);
    if (m_size < sizeof m_header)
        return false;
    void* mapping = ::mmap(nullptr, m_size, PROT_READ, MAP_SHARED, file.get(), 0);
    if (mapping == MAP_FAILED)
        return false;
    m_mapping = mapping;
    std::memcpy(&m_header, m_mapping, sizeof m_header);
    const std::uint64_t parts = sizeof m_header + std::uint64_t{m_header.layers} * sizeof(LayerFigures)
        + std::uint64_t{m_header.nodes} * sizeof(LayerNode) + std::uint64_t{m_header.entries} * sizeof(LayerEntry);
    if (m_header.magic != dbus::kLayerTreeMagic || parts > m_size || m_header.textBytes != m_size - parts)
        return false;
    const auto* bytes = static_cast<const char*>(m_mapping);
    std::size_t at = sizeof m_header;
    m_layers = part<LayerFigures>(bytes, at, m_header.layers);
    m_nodes = part<LayerNode>(bytes, at, m_header.nodes);
    m_entries = part<LayerEntry>(bytes, at, m_header.entries);
    m_text = QByteArrayView(bytes + at, static_cast<qsizetype>(m_header.textBytes));
    return true;
}

bool LayerTree::isSound() const
{
    if (m_nodes.empty())
        return false;
    const auto text = static_cast<std::size_t>(m_text.size());
    std::size_t next = 1; // children follow each other from the first directory's on, so that every node has one parent
    for (std::size_t i = 0; i < m_nodes.size(); ++i) {
        const LayerNode& node = m_nodes[i];
        if (i > 0 && node.parent >= i)
            return false;
        if (node.firstChild != next || !isWithin(next, node.childCount, m_nodes.size()))
            return false;
        for (const LayerNode& child : m_nodes.subspan(next, node.childCount)) {
            if (child.parent != i)
                return false;
        }
        next += node.childCount;
        if (next <= i || !isWithin(node.firstEntry, node.entryCount, m_entries.size())
            || !isWithin(node.name, node.nameBytes, text))
            return false;
    }
    return next == m_nodes.size() && std::ranges::all_of(m_entries, [&](const LayerEntry& entry) {
               return entry.layer < m_layers.size() && isWithin(entry.link, entry.linkBytes, text);
           });
}

QByteArray LayerTree::path(quint32 node) const
{
    QByteArray path;
    for (; node != 0; node = m_nodes[node].parent)
        path.prepend(name(m_nodes[node])).prepend('/');
    return path.isEmpty() ? QByteArray("/") : path;
}

qint64 LayerTree::find(QByteArrayView path) const
{
    quint32 at = 0;
    while (!path.isEmpty()) {
        if (path.startsWith('/')) {
            path = path.sliced(1);
            continue;
        }
        const qsizetype slash = path.indexOf('/');
        const QByteArrayView wanted = slash < 0 ? path : path.first(slash);
        path = path.sliced(wanted.size());
        const auto children = m_nodes.subspan(m_nodes[at].firstChild, m_nodes[at].childCount);
        const auto before = [this](const LayerNode& child, QByteArrayView text) {
            const QByteArrayView mine = name(child);
            return std::ranges::lexicographical_compare(
                mine, text, {}, [](char c) { return uchar(c); }, [](char c) { return uchar(c); });
        };
        const auto found = std::lower_bound(children.begin(), children.end(), wanted, before);
        if (found == children.end() || name(*found) != wanted)
            return -1;
        at = m_nodes[at].firstChild + static_cast<quint32>(found - children.begin());
    }
    return at;
}

const LayerEntry* LayerTree::upTo(const LayerNode& node, int layer) const
{
    for (const LayerEntry& entry : entries(node) | std::views::reverse) {
        if (entry.layer <= layer)
            return entry.change != 'D' || entry.layer == layer ? &entry : nullptr;
    }
    return nullptr;
}

const LayerEntry* LayerTree::of(const LayerNode& node, int layer) const
{
    for (const LayerEntry& entry : entries(node)) {
        if (entry.layer == layer)
            return &entry;
    }
    return nullptr;
}

quint64 LayerTree::wasted(const LayerNode& node) const
{
    const auto all = entries(node);
    quint64 bytes = 0;
    for (const LayerEntry& entry : all)
        bytes += entry.bytes;
    return all.empty() || all.back().change == 'D' ? bytes : bytes - all.back().bytes;
}

} // namespace lamella::client
