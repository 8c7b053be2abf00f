// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/mount_options.h"

#include "engine/base/compose.h"
#include "engine/oci/config_error.h"
#include "engine/oci/mount_words.h"

#include <algorithm>
#include <sys/mount.h>

namespace lamella::oci {

namespace {

constexpr std::uint64_t kAccessTime = MOUNT_ATTR__ATIME;

void apply(const AttributeWord& word, MountAttributes& to)
{
    const bool chosen = (to.clear & kAccessTime) != 0;
    if (word.undoes && chosen && (to.set & kAccessTime) != *word.undoes)
        return;
    to.set = (to.set & ~word.clear) | word.set;
    to.clear = (to.clear & ~word.set) | word.clear;
}

bool addAttribute(std::string_view option, MountOptions& into)
{
    if (const AttributeWord* word = findAttribute(option)) {
        apply(*word, into.own);
        return true;
    }
    const AttributeWord* word = option.starts_with('r') ? findAttribute(option.substr(1)) : nullptr;
    if (word == nullptr)
        return false;
    apply(*word, into.tree);
    return true;
}

bool addKind(std::string_view option, MountOptions& into)
{
    if (option == "bind" || option == "rbind") {
        into.bind = true;
        into.recursive = into.recursive || option == "rbind";
    } else if (option == "idmap" || option == "ridmap") {
        into.idMap = option == "ridmap" ? IdMapScope::Tree : IdMapScope::Mount;
    } else if (option == "remount") {
        into.remount = true;
    } else if (option == "tmpcopyup") {
        into.copyUp = true;
    } else if (const auto propagation = propagationOf(option)) {
        into.propagation.push_back(*propagation);
    } else {
        return false;
    }
    return true;
}

bool isKey(std::string_view key)
{
    return !key.empty() && std::ranges::all_of(key, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-'
            || c == '.' || c == '+';
    });
}

/// Of a bind mount the file system is mounted already: what is said to one is taken and changes nothing, as in
/// mount(8). A word that may be a misspelt "noexec" is no such thing.
bool addData(std::string_view option, const Mount& mount, MountOptions& into)
{
    const std::size_t equals = option.find('=');
    const std::string_view key = option.substr(0, equals);
    if (isSuperblockWord(option)) {
        if (!into.bind)
            into.data.emplace_back(option, "");
        return true;
    }
    if (into.bind)
        return equals != option.npos && isKey(key);
    if (!isKey(key) || !mayHaveOption(mount.type, key))
        return false;
    into.data.emplace_back(key, equals == option.npos ? "" : option.substr(equals + 1));
    return true;
}

bool isBind(const Mount& mount)
{
    return mount.type == "bind" || std::ranges::contains(mount.options, "bind")
        || std::ranges::contains(mount.options, "rbind");
}

} // namespace

Result<MountOptions> parseMountOptions(const Mount& mount)
{
    MountOptions options;
    options.bind = isBind(mount);
    for (const std::string& option : mount.options) {
        if (option.empty() || isWordWithoutEffect(option) || addKind(option, options) || addAttribute(option, options)
            || addData(option, mount, options))
            continue;
        return badConfig(compose("mounts: the option \"{}\" of {} is not known", option, mount.destination));
    }
    // A file system that is made now has nothing below it.
    if (!options.bind && !options.remount) {
        options.own.set = (options.own.set & ~options.tree.clear) | options.tree.set;
        options.own.clear |= options.tree.clear;
        options.tree = {};
    }
    return options;
}

bool isChange(const Mount& mount, const MountOptions& options)
{
    return options.remount || (!options.bind && (mount.type.empty() || mount.type == "none"));
}

std::optional<Propagation> propagationOf(std::string_view word)
{
    if (const auto type = propagationType(word))
        return Propagation{*type, false};
    if (!word.starts_with('r'))
        return std::nullopt;
    if (const auto type = propagationType(word.substr(1)))
        return Propagation{*type, true};
    return std::nullopt;
}

} // namespace lamella::oci
