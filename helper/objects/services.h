// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/registry/access.h"
#include "helper/objects/quota.h"

#include <filesystem>

namespace lamella::container {
class ContainerManager;
}
namespace lamella::image {
class ImageStore;
}

namespace lamella::helper {

class Background;
class ImageCatalog;
class Jobs;
class LiveChanges;
class ObjectTree;
class Peers;
class Sessions;
class StatsHistory;

/// What the objects of the tree work with. All of it outlives them.
struct Services {
    container::ContainerManager& containers;
    image::ImageStore& images;
    ObjectTree& tree;
    Peers& peers;
    Jobs& jobs;
    Sessions& sessions;
    StatsHistory& stats;
    LiveChanges& live;
    ImageCatalog& catalog;
    Background& background; ///< for what is over soon
    Background& changes; ///< a thread for each list of changes, which takes as long as the change is large
    Background& removals; ///< of images
    std::filesystem::path fetcher = {}; ///< lamella-fetcher
    std::filesystem::path scratch = {}; ///< a directory for large files without a name
    registry::Patience patience = {};
    Quota readers{8, "readings under way"};
    Quota writers{8, "changes of files under way"};
    Quota comparisons{2, "comparisons of files under way"};
    Quota changeLists{2, "lists of changes under way"};
    Quota layerTrees{2, "trees of layers under way"};
    Quota transfers{8, "transfers with registries under way"};
    Quota archives{4, "archives being written"};
};

} // namespace lamella::helper
