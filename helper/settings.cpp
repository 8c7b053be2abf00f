// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/settings.h"

#include "engine/os/file.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <format>
#include <optional>
#include <set>
#include <string>
#include <unistd.h>

namespace lamella::helper {

namespace {

using std::chrono::seconds;

constexpr std::size_t kLongestFile = 64u << 10;
constexpr std::uint64_t kDay = 24ull * 3600;

struct Key {
    std::string_view name;
    std::uint64_t least;
    std::uint64_t most;
    void (*set)(Settings& settings, std::uint64_t value);
};

constexpr std::array kKeys = std::to_array<Key>({
    {"blob_bytes", 1, image::limits::kBlob.value, [](Settings& s, std::uint64_t v) { s.images.blob = {v}; }},
    {"unpacked_layer_bytes", 1, image::limits::kUnpackedLayer.value,
     [](Settings& s, std::uint64_t v) { s.images.unpackedLayer = {v}; }},
    {"layer_entries", 1, image::limits::kLayerEntries, [](Settings& s, std::uint64_t v) { s.images.layerEntries = v; }},
    {"path_depth", 1, image::limits::kPathDepth, [](Settings& s, std::uint64_t v) { s.images.pathDepth = v; }},
    {"image_layers", 1, image::limits::kLayers, [](Settings& s, std::uint64_t v) { s.images.layers = v; }},
    {"document_bytes", 1, image::limits::kDocument.value,
     [](Settings& s, std::uint64_t v) { s.images.document = {v}; }},
    {"images_per_user", 1, 1'000'000, [](Settings& s, std::uint64_t v) { s.images.imagesOfOneUser = v; }},
    {"references_per_user", 1, 1'000'000, [](Settings& s, std::uint64_t v) { s.images.referencesOfOneUser = v; }},
    {"trash_days", 0, 3650,
     [](Settings& s, std::uint64_t v) { s.trash.keep = std::chrono::days{static_cast<int>(v)}; }},
    {"trash_bytes_per_user", 0, UINT64_MAX >> 1, [](Settings& s, std::uint64_t v) { s.trash.bytesOfOneUser = {v}; }},
    {"connect_seconds", 1, kDay, [](Settings& s, std::uint64_t v) { s.registry.connect = seconds{v}; }},
    {"idle_seconds", 1, kDay, [](Settings& s, std::uint64_t v) { s.registry.idle = seconds{v}; }},
    {"exchange_seconds", 1, kDay, [](Settings& s, std::uint64_t v) { s.registry.whole = seconds{v}; }},
    {"attempts", 1, 100, [](Settings& s, std::uint64_t v) { s.registry.attempts = static_cast<int>(v); }},
    {"job_seconds", 1, 20 * kDay, [](Settings& s, std::uint64_t v) { s.job = seconds{v}; }},
});

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view kBlank = " \t\r";
    const auto first = text.find_first_not_of(kBlank);
    return first == std::string_view::npos ? std::string_view{}
                                           : text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// A whole number; of bytes also with K, M, G or T behind it, powers of 1024.
std::optional<std::uint64_t> numberOf(std::string_view key, std::string_view text)
{
    constexpr std::string_view kSuffixes = "KMGT";
    unsigned shift = 0;
    if (key.contains("_bytes") && !text.empty() && kSuffixes.contains(text.back())) {
        shift = 10 * static_cast<unsigned>(kSuffixes.find(text.back()) + 1);
        text.remove_suffix(1);
    }
    std::uint64_t value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc{} || end != text.data() + text.size() || value > UINT64_MAX >> shift)
        return std::nullopt;
    return value << shift;
}

Result<void> setLine(Settings& settings, std::string_view line, std::set<std::string_view>& seen)
{
    const auto equals = line.find('=');
    if (equals == std::string_view::npos)
        return failure(ErrorKind::InvalidArgument, "a line has the form \"key = value\"");
    const auto name = trimmed(line.substr(0, equals));
    const auto* key = std::ranges::find(kKeys, name, &Key::name);
    if (key == kKeys.end())
        return failure(ErrorKind::InvalidArgument, std::format("there is no setting \"{}\"", name));
    if (!seen.insert(key->name).second)
        return failure(ErrorKind::InvalidArgument, std::format("{} is set a second time", name));
    const auto text = trimmed(line.substr(equals + 1));
    const auto value = numberOf(name, text);
    if (!value || *value < key->least || *value > key->most)
        return failure(ErrorKind::InvalidArgument,
                       std::format("{} is not \"{}\", but a number from {} to {}", name, text, key->least, key->most));
    key->set(settings, *value);
    return {};
}

} // namespace

Result<Settings> parseSettings(std::string_view text, std::string_view what)
{
    Settings settings;
    std::set<std::string_view> seen;
    for (int number = 1; !text.empty(); ++number) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        const auto said = trimmed(line.substr(0, line.find('#')));
        if (!said.empty())
            TRY_WITHIN(std::format("{}, line {}", what, number), setLine(settings, said, seen));
    }
    return settings;
}

Result<Settings> readSettings(const std::filesystem::path& file)
{
    const auto opened = TRY(os::open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY));
    const auto status = TRY(os::status(opened.borrow(), file.string()));
    if (!S_ISREG(status.st_mode) || (status.st_uid != 0 && status.st_uid != ::geteuid())
        || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return failure(ErrorKind::NotAuthorized,
                       std::format("{} is not a file of root's that only root can write to", file.string()));
    return parseSettings(TRY(os::readAll(opened.borrow(), file.string(), kLongestFile)), file.string());
}

} // namespace lamella::helper
