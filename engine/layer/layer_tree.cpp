// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/layer_tree.h"

namespace lamella::layer {

const TreeEntry* LayerTree::shown(const TreeNode& node) const
{
    if (node.entryCount == 0)
        return nullptr;
    const TreeEntry& last = entries(node).back();
    return last.kind == ChangeKind::Deleted ? nullptr : &last;
}

std::uint64_t LayerTree::wasted(const TreeNode& node) const
{
    const TreeEntry* seen = shown(node);
    std::uint64_t bytes = 0;
    for (const TreeEntry& entry : entries(node)) {
        if (&entry != seen)
            bytes += entry.bytes;
    }
    return bytes;
}

} // namespace lamella::layer
