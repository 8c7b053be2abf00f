// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/platform.h"

#include <charconv>
#include <format>
#include <optional>

namespace lamella::registry {

namespace {

// "v7" is 7; what an architecture without a variant stands for is image-spec's table of variants.
std::optional<int> levelOf(std::string_view architecture, std::string_view variant)
{
    if (variant.empty())
        return architecture == "arm" ? 7 : architecture == "arm64" ? 8 : architecture == "amd64" ? 1 : 0;
    int level = 0;
    const auto [end, code] = std::from_chars(variant.data() + 1, variant.data() + variant.size(), level);
    const bool isLevel = variant.front() == 'v' && code == std::errc{} && end == variant.data() + variant.size();
    return isLevel ? std::optional{level} : std::nullopt;
}

} // namespace

Platform orOwn(Platform platform)
{
    if (platform.architecture.empty())
        platform.architecture = image::ownArchitecture();
    if (platform.os.empty())
        platform.os = "linux";
    return platform;
}

std::string textOf(const Platform& platform)
{
    return std::format("{}/{}{}{}", platform.os, platform.architecture, platform.variant.empty() ? "" : "/",
                       platform.variant);
}

const image::Descriptor* choose(const image::Index& index, const Platform& platform)
{
    if (index.manifests.size() == 1 && index.manifests.front().architecture.empty()
        && index.manifests.front().os.empty())
        return &index.manifests.front();
    const auto wanted = levelOf(platform.architecture, platform.variant);
    const image::Descriptor* best = nullptr;
    int bestLevel = -1;
    for (const auto& entry : index.manifests) {
        if (entry.os != platform.os || entry.architecture != platform.architecture)
            continue;
        if (entry.variant == platform.variant)
            return &entry;
        const auto level = levelOf(entry.architecture, entry.variant);
        if (wanted && level && *level <= *wanted && *level > bestLevel) {
            best = &entry;
            bestLevel = *level;
        }
    }
    return best;
}

} // namespace lamella::registry
