// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// The file `headers` beside a layer's `diff`: all of the layer's archive that is not the data of the files in diff, so
/// that both together are the archive again, bit for bit.
///
///     file   := kHeadersMagic frame*                  the last frame is an End
///     frame  := kind:1 length:4 stored:4 payload      little-endian
///     Stream    payload: `stored` bytes of Zstandard that become `length` bytes of instructions
///     Kept      payload: `stored` bytes: a path; then pieces
///     End       payload: none; `length` and `stored` are the number of Stream and of Kept frames
///
/// Instructions (numbers and texts as in wire.h):
///     Literal   count, then the bytes: they stand in the archive as they are
///     Data      path, number of pieces, {distance from the end of the last piece, length}…, check: here stand those
///               pieces of the file; check is the beginning of the SHA-256 of all of them
///
/// Data says what the file held when the archive was read up to here. Where a later member took its place, what it held
/// was kept before that: of the Kept frames with the path, the first one after the Data counts; without one it is the
/// file in diff. The pieces of a Kept frame follow it, {offset:8 length:8 bytes}…, ended by a length of 0; what lies
/// between them is zeros.
namespace lamella::layer {

inline constexpr std::string_view kHeadersMagic{"LMLhead1"};
inline constexpr std::size_t kFrameHead = 9;
inline constexpr std::size_t kPieceHead = 16;
inline constexpr std::size_t kMaxFrame = 4u << 20; ///< bytes of instructions, and of a payload
inline constexpr std::size_t kDataCheck = 8;

enum class HeadersFrame : std::uint8_t { Stream = 1, Kept = 2, End = 3 };
enum class HeadersInstruction : std::uint8_t { Literal = 1, Data = 2 };

} // namespace lamella::layer
