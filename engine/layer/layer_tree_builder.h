// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/layer_tree.h"

#include <limits>
#include <stop_token>
#include <unordered_set>

namespace lamella::layer {

/// Puts a LayerTree together, from the bottom layer up: for each layer its entries and then endLayer().
///
/// What a layer does follows from overlay's rules (overlayfs.rst, "whiteouts and opaque directories") and the records
/// of its index: attributes that an index does not have (xattrs, ACLs) are not compared, and a file of mostly holes,
/// which has no digest, is the same where size and time are. Directories that are only there for what is in them do
/// nothing. Bytes are those of the content, as an index has them.
class LayerTreeBuilder final : private IndexSink {
public:
    /// What a stack may have at most: paths, and as many entries twice over.
    static constexpr std::size_t kMostPaths = 2'000'000;

    explicit LayerTreeBuilder(std::size_t mostPaths = kMostPaths);
    LayerTreeBuilder(const LayerTreeBuilder&) = delete;
    LayerTreeBuilder& operator=(const LayerTreeBuilder&) = delete;

    /// The entries of an index, which may hold anything. Errors: InvalidArgument, LimitExceeded, Cancelled.
    Result<void> addIndex(std::string_view index, std::stop_token stop);

    /// An entry of a writable layer. Errors: LimitExceeded, InvalidArgument.
    Result<void> addChange(const Change& change);

    /// All that another stack shows, as one layer that hides everything below: two stacks, one after the other, are
    /// compared. Errors: LimitExceeded.
    Result<void> addShown(const LayerTree& tree);

    /// Errors: LimitExceeded.
    Result<void> endLayer();

    LayerTree finish() &&;

private:
    using NodeId = std::uint32_t;
    static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

    struct Node {
        NodeId parent = kNone;
        NodeId firstChild = kNone;
        NodeId nextSibling = kNone;
        std::uint32_t found = kNone; ///< what the current layer has there, of m_found
        std::uint32_t shown = kNone; ///< the entry that the layers so far show, of m_entries
        std::uint32_t aboveIn = kNone; ///< the last layer that has something below
        bool isUsed = false; ///< it or something below has an entry
        std::string_view name;
        std::uint64_t smallest = std::numeric_limits<std::uint64_t>::max(); ///< version, for efficiency()
        std::uint64_t all = 0; ///< versions together
    };

    /// What the current layer has at a path.
    struct Found {
        NodeId node = kNone;
        TreeEntry entry; ///< its kind is decided at the layer's end unless `isDecided`
        TreeContent content;
        bool isDecided = false;
        bool isImplied = false; ///< a directory of whose attributes nothing is known
        bool isOpaque = false;
    };

    /// Looks nodes up by the one above and their name.
    struct NodeKey {
        NodeId parent = kNone;
        std::string_view name;
    };
    struct NodeHash {
        using is_transparent = void;
        const std::vector<Node>* nodes;
        std::size_t operator()(const NodeKey& key) const;
        std::size_t operator()(NodeId id) const { return (*this)(NodeKey{(*nodes)[id].parent, (*nodes)[id].name}); }
    };
    struct NodeEqual {
        using is_transparent = void;
        const std::vector<Node>* nodes;
        NodeKey key(NodeId id) const { return {(*nodes)[id].parent, (*nodes)[id].name}; }
        static NodeKey key(const NodeKey& key) { return key; }
        bool operator()(const auto& a, const auto& b) const
        {
            return key(a).parent == key(b).parent && key(a).name == key(b).name;
        }
    };

    Result<void> add(const FileRecord& record) override;
    Result<void> gone(std::string_view path) override;
    Result<void> opaque(std::string_view path) override;

    /// The one that is being added, from the bottom.
    std::uint32_t layer() const { return static_cast<std::uint32_t>(m_layers.size()); }
    std::string_view keep(std::string_view text);
    NodeId lookUp(NodeId parent, std::string_view name) const;
    NodeId find(std::string_view path) const;
    Result<NodeId> child(NodeId parent, std::string_view name);
    Result<NodeId> nodeAt(std::string_view path);
    Result<Found*> foundAt(NodeId node);
    void forget(NodeId node);

    std::uint64_t hideBelow(NodeId directory);
    std::uint64_t hide(const Found& found);
    void decide(Found& found, std::uint64_t hidden);
    ChangeKind compare(const Found& found, std::uint32_t below) const;
    bool hasSameContent(const Found& found, std::uint32_t below) const;
    const TreeContent& contentOf(const Found& found) const;
    void addVersion(Node& node, std::uint64_t bytes);
    void enter(NodeId node, const TreeEntry& entry, const TreeContent& content);
    std::vector<NodeId> order(LayerTree& tree) const;
    void rate(LayerTree& tree) const;

    std::size_t m_mostPaths;
    std::unique_ptr<std::pmr::monotonic_buffer_resource> m_text;
    std::vector<Node> m_nodes;
    std::unordered_set<NodeId, NodeHash, NodeEqual> m_byName;
    std::vector<Found> m_found;
    std::vector<TreeEntry> m_entries;
    std::vector<TreeContent> m_contents; ///< of the entries
    std::vector<NodeId> m_entryNodes; ///< of the entries
    std::vector<TreeLayer> m_layers;
    std::string m_lastDirectory; ///< where the last path was, and its node
    NodeId m_lastNode = 0;
    std::stop_token m_stop;
};

} // namespace lamella::layer
