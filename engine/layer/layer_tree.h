// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/units.h"
#include "engine/layer/changes.h"
#include "engine/layer/file_index.h"

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lamella::layer {

/// What one layer of a stack does at a path.
struct TreeEntry {
    std::uint16_t layer = 0; ///< from the bottom
    ChangeKind kind = ChangeKind::Added;
    FileType type = FileType::File; ///< of a deleted one as it was
    bool hardLink = false; ///< one more name of `link`; it takes no bytes of its own
    bool implicit = false; ///< deleted because a directory above it was replaced, deleted or made opaque
    std::uint16_t mode = 0; ///< permission bits, set-id and sticky
    uid_t uid = 0;
    gid_t gid = 0;
    std::uint64_t bytes = 0; ///< that the layer stores for it; 0 for Deleted
    timespec mtime{};
    std::string_view link; ///< where symlinks and hard links lead
};

/// What tells two files apart that have the same attributes.
struct TreeContent {
    std::optional<ContentDigest> digest; ///< of a file's content, where the index has it
    unsigned deviceMajor = 0;
    unsigned deviceMinor = 0;
};

/// A path of the stack, whatever its layers do there.
struct TreeNode {
    std::uint32_t parent = 0;
    std::uint32_t firstChild = 0; ///< its children stand one after the other, by the bytes of their names
    std::uint32_t childCount = 0;
    std::uint32_t firstEntry = 0; ///< its entries stand one after the other, the lowest layer's first
    std::uint32_t entryCount = 0; ///< 0 for a directory that is there in the bottom of all only by name
    std::string_view name; ///< empty for the root, which is the first node
};

/// What a layer does, all paths together.
struct TreeLayer {
    Bytes bytes; ///< of its files
    std::uint32_t added = 0;
    std::uint32_t changed = 0; ///< content, attributes, or stored once more as they were
    std::uint32_t deleted = 0; ///< with all that was below deleted directories
};

/// All paths of a stack of layers, and what each layer does at each of them: where its content comes from (blame), what
/// it costs in every layer, and what of it nobody sees any more. Made of the indices that lie beside the layers; no
/// layer is read. Immutable; may be read from any thread.
class LayerTree {
public:
    std::span<const TreeNode> nodes() const { return m_nodes; }
    std::span<const TreeEntry> entries() const { return m_entries; }
    std::span<const TreeLayer> layers() const { return m_layers; }

    std::span<const TreeEntry> entries(const TreeNode& node) const
    {
        return entries().subspan(node.firstEntry, node.entryCount);
    }

    /// What the whole stack shows at the path; nothing where it was deleted.
    const TreeEntry* shown(const TreeNode& node) const;

    /// Bytes of layers that a later one hides.
    std::uint64_t wasted(const TreeNode& node) const;
    Bytes wasted() const { return m_wasted; }

    /// How much of what is stored has to be, as dive counts it: for each path the bytes of its smallest version, of all
    /// paths, over the bytes of all versions. A deletion counts as a version: that of a file takes none, that of a
    /// directory what was in it. 1 where nothing is stored.
    double efficiency() const { return m_efficiency; }

private:
    friend class LayerTreeBuilder;

    std::vector<TreeNode> m_nodes;
    std::vector<TreeEntry> m_entries;
    std::vector<TreeContent> m_contents; ///< of the entries
    std::vector<TreeLayer> m_layers;
    std::unique_ptr<std::pmr::monotonic_buffer_resource> m_text; ///< what names and links point into
    Bytes m_wasted;
    double m_efficiency = 1;
};

} // namespace lamella::layer
