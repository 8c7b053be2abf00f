// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/descriptor.h"
#include "gui/client/error.h"
#include "resources/dbus/layer_tree.h"

#include <QByteArray>

#include <memory>
#include <span>

namespace lamella::client {

using LayerFigures = dbus::LayerTreeLayer;
using LayerNode = dbus::LayerTreeNode;
using LayerEntry = dbus::LayerTreeEntry;

/// All paths of a stack of layers, and what each layer does there: the memory file of OpenLayers, mapped as it is.
/// Nodes are known by their index; 0 is the root. Immutable; may be read from any thread.
class LayerTree {
public:
    /// Checks all of it once, so that nothing needs to be checked later. The file must be sealed: one that could be cut
    /// short under its mapping would end the window. Errors: Malformed.
    static Outcome<std::shared_ptr<const LayerTree>> open(const Descriptor& file);
    ~LayerTree();
    LayerTree(const LayerTree&) = delete;
    LayerTree& operator=(const LayerTree&) = delete;

    std::span<const LayerFigures> layers() const { return m_layers; }
    std::span<const LayerNode> nodes() const { return m_nodes; }
    std::span<const LayerEntry> entries(const LayerNode& node) const
    {
        return m_entries.subspan(node.firstEntry, node.entryCount);
    }
    QByteArrayView name(const LayerNode& node) const { return m_text.sliced(node.name, node.nameBytes); }
    QByteArrayView link(const LayerEntry& entry) const { return m_text.sliced(entry.link, entry.linkBytes); }

    /// "/a/b", bytes as they are; "/" for the root.
    QByteArray path(quint32 node) const;
    /// -1: there is none.
    qint64 find(QByteArrayView path) const;

    /// What the layers up to `layer` show or, where that layer deletes it, its deletion; nullptr where they have
    /// nothing, or no longer.
    const LayerEntry* upTo(const LayerNode& node, int layer) const;
    /// What the layer itself does there; nullptr: nothing.
    const LayerEntry* of(const LayerNode& node, int layer) const;

    /// Bytes of layers that a later one replaces or deletes.
    quint64 wasted(const LayerNode& node) const;
    quint64 wasted() const { return m_header.wastedBytes; }
    double efficiency() const { return m_header.efficiency; }

private:
    LayerTree() = default;
    bool map(const Descriptor& file);
    bool isSound() const;

    void* m_mapping = nullptr;
    std::size_t m_size = 0;
    dbus::LayerTreeHeader m_header{};
    std::span<const LayerFigures> m_layers;
    std::span<const LayerNode> m_nodes;
    std::span<const LayerEntry> m_entries;
    QByteArrayView m_text;
};

using LayerTreePtr = std::shared_ptr<const LayerTree>;

} // namespace lamella::client
