// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// The words of config.md, "Linux mount options", and what each means to the kernel.
namespace lamella::oci {

/// A word that sets and clears MOUNT_ATTR_…; with an "r" before it, for the whole tree of mounts.
struct AttributeWord {
    std::string_view name;
    std::uint64_t set = 0;
    std::uint64_t clear = 0;
    /// The words that only take an access time back ("nostrictatime") leave another one alone; this is which they undo.
    std::optional<std::uint64_t> undoes = std::nullopt;
};

/// Null where `name` is none.
const AttributeWord* findAttribute(std::string_view name);

/// MS_PRIVATE for "private", and so on.
std::optional<std::uint64_t> propagationType(std::string_view name);

/// A word about the superblock that fsconfig(2) takes for every file system: "sync", "async", …
bool isSuperblockWord(std::string_view word);

/// A word for what the kernel does anyway, or what has no meaning to it any more.
bool isWordWithoutEffect(std::string_view word);

/// Whether `key` may be an option of the file system `type`. The small ones of the kernel have few, and what they do
/// not have is misspelt; what others have only the kernel knows.
bool mayHaveOption(std::string_view type, std::string_view key);

} // namespace lamella::oci
