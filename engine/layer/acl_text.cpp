// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/acl_text.h"

#include "engine/layer/pax.h"

#include <algorithm>
#include <array>
#include <compare>
#include <optional>
#include <vector>

namespace lamella::layer {

namespace {

// linux/posix_acl_xattr.h, linux/posix_acl.h
constexpr std::uint32_t kVersion = 2;
constexpr std::uint32_t kNobody = 0xffffffff;
constexpr std::size_t kMaxEntries = 1024; // far more than file systems keep
enum Tag : std::uint16_t { Owner = 1, User = 2, OwningGroup = 4, Group = 8, Mask = 16, Other = 32 };

struct AclEntry {
    std::uint16_t tag = 0;
    std::uint32_t id = kNobody;
    std::uint16_t permissions = 0;

    friend auto operator<=>(const AclEntry&, const AclEntry&) = default;
};

std::unexpected<Error> damagedAcl()
{
    return failure(ErrorKind::InvalidArgument, "an access control list of the archive is damaged");
}

std::string_view nextPart(std::string_view& rest, std::string_view separators)
{
    const auto end = std::min(rest.find_first_of(separators), rest.size());
    const auto part = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return part;
}

// "rwx", with '-' for what is missing.
std::optional<std::uint16_t> permissionsOf(std::string_view text)
{
    std::uint16_t permissions = 0;
    for (const char c : text) {
        if (c == '-')
            continue;
        const auto bit = std::string_view{"xwr"}.find(c);
        if (bit == std::string_view::npos || (permissions & 1u << bit) != 0)
            return std::nullopt;
        permissions = static_cast<std::uint16_t>(permissions | 1u << bit);
    }
    return text.empty() || text.size() > 3 ? std::nullopt : std::optional{permissions};
}

std::optional<std::uint32_t> idOf(std::string_view name, std::string_view number)
{
    const auto id = name == "root" ? std::optional<std::uint64_t>{0} : paxNumber(number.empty() ? name : number);
    return id && *id < kNobody ? std::optional{static_cast<std::uint32_t>(*id)} : std::nullopt;
}

std::optional<std::uint16_t> tagOf(std::string_view word, bool isNamed)
{
    if (word == "user" || word == "u")
        return isNamed ? User : Owner;
    if (word == "group" || word == "g")
        return isNamed ? Group : OwningGroup;
    if (!isNamed && (word == "mask" || word == "m"))
        return Mask;
    if (!isNamed && (word == "other" || word == "o"))
        return Other;
    return std::nullopt;
}

// "user:name:rwx:1000"; nothing for one that is left out.
Result<std::optional<AclEntry>> entryOf(std::string_view text)
{
    const auto word = nextPart(text, ":");
    const auto name = nextPart(text, ":");
    const auto permissions = permissionsOf(nextPart(text, ":"));
    const auto tag = tagOf(word, !name.empty());
    if (!tag || !permissions)
        return damagedAcl();
    if (name.empty())
        return AclEntry{*tag, kNobody, *permissions};
    const auto id = idOf(name, text);
    return id ? std::optional{AclEntry{*tag, *id, *permissions}} : std::nullopt;
}

// The kernel takes no list with named entries and without a mask.
void addMask(std::vector<AclEntry>& entries)
{
    AclEntry mask{Mask, kNobody, 0};
    bool isNeeded = false;
    for (const auto& entry : entries) {
        if (entry.tag == Mask)
            return;
        isNeeded = isNeeded || entry.tag == User || entry.tag == Group;
        if (entry.tag == User || entry.tag == Group || entry.tag == OwningGroup)
            mask.permissions = static_cast<std::uint16_t>(mask.permissions | entry.permissions);
    }
    if (isNeeded)
        entries.push_back(mask);
}

void put(std::string& bytes, std::uint32_t number, int count)
{
    for (; count > 0; --count, number >>= 8)
        bytes += static_cast<char>(number & 0xff);
}

std::string bytesOf(const std::vector<AclEntry>& entries)
{
    std::string bytes;
    put(bytes, kVersion, 4);
    for (const auto& entry : entries) {
        put(bytes, entry.tag, 2);
        put(bytes, entry.permissions, 2);
        put(bytes, entry.id, 4);
    }
    return bytes;
}

} // namespace

Result<std::string> aclFromText(std::string_view text)
{
    std::vector<AclEntry> entries;
    while (!text.empty()) {
        auto part = nextPart(text, "\n,");
        part = part.substr(0, part.find_first_of(" \t#")); // "#effective:r--"
        if (part.empty())
            continue;
        if (entries.size() == kMaxEntries)
            return failure(ErrorKind::LimitExceeded, "an access control list of the archive has too many entries");
        if (const auto entry = TRY(entryOf(part)))
            entries.push_back(*entry);
    }
    addMask(entries);
    std::ranges::sort(entries);
    const auto isSame = [](const AclEntry& a, const AclEntry& b) { return a.tag == b.tag && a.id == b.id; };
    const auto has = [&entries](Tag tag) { return std::ranges::contains(entries, tag, &AclEntry::tag); };
    if (std::ranges::adjacent_find(entries, isSame) != entries.end() || !has(Owner) || !has(OwningGroup) || !has(Other))
        return damagedAcl();
    return entries.size() == 3 ? std::string{} : bytesOf(entries);
}

} // namespace lamella::layer
