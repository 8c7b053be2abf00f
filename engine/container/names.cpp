// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/names.h"

#include <algorithm>
#include <array>
#include <format>
#include <sys/random.h>

namespace lamella::container {

namespace {

constexpr std::size_t kMaxName = 63;

// What grows, glows and lies in layers: lamellae are the leaves under a mushroom's cap.
constexpr auto kFirst = std::to_array<std::string_view>(
    {"amber",  "ashen",  "autumn", "birch",  "brisk",  "broad",  "calm",    "clear",  "copper", "coral",  "dappled",
     "dawn",   "deep",   "dewy",   "dusky",  "early",  "earthy", "ebony",   "fallow", "fern",   "fine",   "forest",
     "frosty", "gentle", "gilded", "golden", "green",  "hazel",  "hidden",  "hollow", "humble", "ivory",  "jade",
     "keen",   "late",   "leafy",  "light",  "lively", "lofty",  "lunar",   "maple",  "mellow", "misty",  "mossy",
     "nimble", "oaken",  "ochre",  "olive",  "opal",   "pale",   "patient", "pearly", "plain",  "quiet",  "rainy",
     "round",  "russet", "sandy",  "shady",  "silver", "slate",  "snowy",   "soft",   "spring", "steady", "still",
     "summer", "sunlit", "tawny",  "tender", "velvet", "warm",   "wild",    "windy",  "winter", "woody"});

constexpr auto kSecond = std::to_array<std::string_view>(
    {"agaric",      "alder",   "aspen",  "bark",    "beech",   "bolete", "bough",   "bracken", "brook",  "canopy",
     "chanterelle", "clay",    "cliff",  "clover",  "cone",    "crest",  "dell",    "dune",    "elm",    "fen",
     "field",       "fjord",   "flint",  "gill",    "glade",   "glen",   "gorse",   "grove",   "heath",  "heron",
     "hill",        "inkcap",  "ivy",    "juniper", "kelp",    "lagoon", "larch",   "leaf",    "lichen", "linden",
     "loam",        "lynx",    "marsh",  "meadow",  "mesa",    "mica",   "moor",    "morel",   "moss",   "nettle",
     "otter",       "parasol", "peat",   "pebble",  "pine",    "plover", "pond",    "poplar",  "quartz", "reed",
     "ridge",       "rowan",   "rush",   "russula", "sedge",   "shale",  "shore",   "slope",   "sorrel", "spore",
     "spruce",      "stem",    "stone",  "stream",  "thistle", "thyme",  "truffle", "tundra",  "vale",   "veil",
     "willow",      "wren",    "yarrow", "yew"});

bool isLetterOrDigit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

} // namespace

Result<void> checkName(std::string_view name)
{
    const auto allowed = [](char c) { return isLetterOrDigit(c) || c == '_' || c == '.' || c == '-'; };
    if (name.empty() || name.size() > kMaxName || !isLetterOrDigit(name.front()) || !std::ranges::all_of(name, allowed))
        return failure(
            ErrorKind::InvalidArgument,
            std::format("'{}' cannot be a name: it must begin with a letter or digit and have at most {} letters, "
                        "digits and the characters _ . -",
                        name.substr(0, 2 * kMaxName), kMaxName));
    return {};
}

std::string makeUpName(std::uint64_t random)
{
    const std::string_view first = kFirst[random % kFirst.size()];
    const std::string_view second = kSecond[(random / kFirst.size()) % kSecond.size()];
    return std::format("{}_{}", first, second);
}

Result<std::string> freeName(const std::string& wanted, const std::function<bool(const std::string&)>& isFree)
{
    constexpr int kAttempts = 1000;
    if (isFree(wanted))
        return wanted;
    for (int number = 1; number <= kAttempts; ++number) {
        const std::string suffix = std::format("-{}", number);
        std::string name = wanted.substr(0, kMaxName - suffix.size()) + suffix;
        if (isFree(name))
            return name;
    }
    return failure(ErrorKind::AlreadyExists,
                   std::format("there are containers '{}' and {} more of such a name already", wanted, kAttempts));
}

Result<std::string> makeId()
{
    std::array<unsigned char, 32> bytes;
    if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        return systemFailure("cannot make an id");
    std::string id;
    for (const unsigned char byte : bytes)
        id += std::format("{:02x}", byte);
    return id;
}

bool isId(std::string_view text)
{
    return text.size() == 64
        && std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

} // namespace lamella::container
