// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

/// The sealed memory file that OpenLayers hands out: all paths of a stack of layers, and what each layer does at each
/// of them. A header, then one after the other `layers` times LayerTreeLayer (from the bottom), `nodes` times
/// LayerTreeNode, `entries` times LayerTreeEntry, and `textBytes` of names and link targets, bytes as they are. Plain
/// memory of this machine; it never leaves it.
namespace lamella::dbus {

inline constexpr std::uint32_t kLayerTreeMagic = 0x4c4c5431; // "LLT1"

struct LayerTreeHeader {
    std::uint32_t magic;
    std::uint32_t layers;
    std::uint32_t nodes; ///< the first is the root
    std::uint32_t entries;
    std::uint64_t textBytes;
    /// Bytes of layers that a later one replaces or deletes.
    std::uint64_t wastedBytes;
    /// As dive counts it: what the smallest version of each path takes, over what all versions take. 0 to 1.
    double efficiency;
};
static_assert(sizeof(LayerTreeHeader) == 40);

struct LayerTreeLayer {
    std::uint64_t bytes; ///< of the content of its files
    std::uint32_t added;
    std::uint32_t changed;
    std::uint32_t deleted; ///< with what was below deleted directories
    std::uint32_t writable; ///< 1: the container's own
};
static_assert(sizeof(LayerTreeLayer) == 24);

/// A path. The children of a directory stand one after the other, in the order of their names' bytes, and after the
/// directory; so do a path's entries, from the bottom layer.
struct LayerTreeNode {
    std::uint32_t parent; ///< the root's is the root
    std::uint32_t firstChild;
    std::uint32_t childCount;
    std::uint32_t firstEntry;
    std::uint32_t entryCount;
    std::uint32_t name; ///< offset into the text
    std::uint32_t nameBytes;
    std::uint32_t reserved;
};
static_assert(sizeof(LayerTreeNode) == 32);

/// What one layer does at a path.
struct LayerTreeEntry {
    std::uint64_t bytes; ///< that it stores for it; 0 for a deleted path and for further names of a file
    std::int64_t mtimeUsec; ///< since 1970
    std::uint32_t uid; ///< as a container has it
    std::uint32_t gid;
    std::uint32_t link; ///< offset into the text: where a symlink leads, or what a hard link is another name of
    std::uint16_t linkBytes;
    std::uint16_t mode; ///< permission bits, set-id and sticky
    std::uint16_t layer; ///< from the bottom
    char change; ///< A added, M modified, D deleted, m attributes only, c stored again as it was
    char type; ///< f file, d directory, l symlink, p fifo, s socket, c character device, b block device
    std::uint8_t hardLink;
    std::uint8_t implicit; ///< deleted with a directory above it
    std::uint16_t reserved;
};
static_assert(sizeof(LayerTreeEntry) == 40);

} // namespace lamella::dbus
