// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/platform.h"

#include "engine/image/documents.h"

#include <algorithm>
#include <charconv>
#include <format>
#include <optional>
#include <vector>

namespace lamella::image {

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

bool isWord(std::string_view text)
{
    constexpr std::size_t kLongest = 32;
    return !text.empty() && text.size() <= kLongest && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    });
}

} // namespace

Platform orOwn(Platform platform)
{
    if (platform.architecture.empty())
        platform.architecture = ownArchitecture();
    if (platform.os.empty())
        platform.os = "linux";
    return platform;
}

std::string textOf(const Platform& platform)
{
    return std::format("{}/{}{}{}", platform.os, platform.architecture, platform.variant.empty() ? "" : "/",
                       platform.variant);
}

Result<Platform> parsePlatform(std::string_view text)
{
    std::vector<std::string> words;
    for (std::size_t start = 0; start <= text.size() && words.size() <= 3;) {
        const auto end = std::min(text.find('/', start), text.size());
        words.emplace_back(text.substr(start, end - start));
        start = end + 1;
    }
    if (words.size() < 2 || words.size() > 3 || !std::ranges::all_of(words, isWord))
        return failure(ErrorKind::InvalidArgument, "a platform is written like linux/amd64 or linux/arm/v7");
    return Platform{words[1], words[0], words.size() == 3 ? words[2] : std::string{}};
}

bool fits(const Platform& made, const Platform& wanted)
{
    if ((!made.os.empty() && made.os != wanted.os)
        || (!made.architecture.empty() && made.architecture != wanted.architecture))
        return false;
    if (made.variant.empty() || made.variant == wanted.variant)
        return true;
    const auto level = levelOf(wanted.architecture, made.variant);
    const auto wantedLevel = levelOf(wanted.architecture, wanted.variant);
    return level && wantedLevel && *level <= *wantedLevel;
}

Result<void> checkRunsHere(const Platform& platform)
{
    const auto own = ownArchitecture();
    const bool isKind = platform.architecture == own || (platform.architecture == "386" && own == "amd64");
    if (platform.os == "linux" && isKind)
        return {};
    return failure(ErrorKind::Unsupported,
                   std::format("the image is for {} and this machine is {}: get it for this machine's platform",
                               textOf(platform), textOf(orOwn({}))));
}

Error noImageFor(std::string_view what, const Platform& platform, const std::set<std::string>& others)
{
    constexpr std::size_t kNamed = 12;
    std::string list;
    std::size_t named = 0;
    for (const auto& other : others) {
        if (parsePlatform(other) && named++ < kNamed)
            list += (list.empty() ? "; there are: " : ", ") + other;
    }
    return Error::of(ErrorKind::Unsupported, std::format("{} has no image for {}{}", what, textOf(platform), list));
}

const Descriptor* choose(const Index& index, const Platform& platform)
{
    if (index.manifests.size() == 1 && index.manifests.front().platform == Platform{.os = {}})
        return &index.manifests.front();
    const auto wanted = levelOf(platform.architecture, platform.variant);
    const Descriptor* best = nullptr;
    int bestLevel = -1;
    for (const auto& entry : index.manifests) {
        const auto& made = entry.platform;
        if (made.os != platform.os || made.architecture != platform.architecture)
            continue;
        if (made.variant == platform.variant)
            return &entry;
        const auto level = levelOf(made.architecture, made.variant);
        if (wanted && level && *level <= *wanted && *level > bestLevel) {
            best = &entry;
            bestLevel = *level;
        }
    }
    return best;
}

} // namespace lamella::image
