// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace lamella::oci {

/// Most processors, or nodes, that a list may name.
inline constexpr std::size_t kListBits = 1024;
using BitSet = std::array<std::uint64_t, kListBits / 64>;

/// The numbers of a list as cpuset(7) writes them, "0-3,7", as bits; nothing where it is no such list, is empty, or
/// names a number above kListBits - 1.
std::optional<BitSet> parseNumberList(std::string_view list);

} // namespace lamella::oci
