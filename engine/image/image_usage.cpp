// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/image_usage.h"

#include <map>

namespace lamella::image {

Usage usageOf(const std::vector<Image>& images)
{
    std::map<std::string, std::set<std::string>> users; // images of each chainID
    Usage usage;
    for (const auto& image : images) {
        for (const auto& layer : image.layers) {
            auto& names = users[layer.chainId];
            if (names.empty())
                usage.total += layer.size;
            names.insert(image.id);
        }
    }
    for (const auto& image : images) {
        Usage::OfImage own{.id = image.id, .shared = {}, .unique = {}};
        for (const auto& layer : image.layers)
            (users[layer.chainId].size() > 1 ? own.shared : own.unique) += layer.size;
        usage.images.push_back(std::move(own));
    }
    return usage;
}

Prunable prunableOf(const std::vector<Image>& images, const std::set<std::string>& inUse, PruneWhat what)
{
    Prunable prunable;
    std::set<std::string> kept;
    for (const auto& image : images) {
        if (!inUse.contains(image.id) && (what == PruneWhat::Unused || image.references.empty())) {
            prunable.images.push_back(image);
            continue;
        }
        for (const auto& layer : image.layers)
            kept.insert(layer.chainId);
    }
    for (const auto& image : prunable.images) {
        for (const auto& layer : image.layers) {
            if (kept.insert(layer.chainId).second)
                prunable.bytes += layer.size;
        }
    }
    return prunable;
}

} // namespace lamella::image
