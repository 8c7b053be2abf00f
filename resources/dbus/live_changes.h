// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

/// What Container.WatchChanges hands out: messages of a SOCK_SEQPACKET socket (unix(7)), each a header and records.
/// Plain memory of this machine; it never leaves it.
namespace lamella::dbus {

inline constexpr std::uint32_t kLiveMagic = 0x4c4c4331; // "LLC1"
/// No message is longer.
inline constexpr std::size_t kLiveMessage = 16 << 10;

struct LiveHeader {
    std::uint32_t magic;
    /// 1: more may have happened than is told: only ListChanges tells what. Too much at a time, a reader that is too
    /// slow, a second after writing to a file (others may have been written to since), or the container's end.
    std::uint32_t rescan;
};
static_assert(sizeof(LiveHeader) == 8);

/// What has happened at a path within a tenth of a second, all of it together. Records stand in the order in which
/// their paths came up. Behind each come its three texts, bytes as they are, and up to seven zero bytes.
struct LiveRecord {
    /// Of all of it, with texts and zero bytes: a multiple of 8.
    std::uint32_t size;
    /// What happened: kLiveCreated and so on.
    std::uint32_t kinds;
    /// Real time of the last of it, µs since 1970.
    std::uint64_t timeUsec;
    /// Who did the last of it. Inside: 0 where it is not known, or no process of the container.
    std::uint32_t hostPid;
    std::uint32_t containerPid;
    /// The texts: the path, absolute inside the container; for kLiveRenamed what it was before; the name of the process
    /// (UTF-8; none where it is not known).
    std::uint16_t pathLength;
    std::uint16_t fromLength;
    std::uint16_t nameLength;
    std::uint16_t reserved;
};
static_assert(sizeof(LiveRecord) == 32);

inline constexpr std::uint32_t kLiveCreated = 1; // or a name was given to a file
inline constexpr std::uint32_t kLiveWritten = 2; // or closed after having been opened for writing
inline constexpr std::uint32_t kLiveAttributes = 4;
inline constexpr std::uint32_t kLiveDeleted = 8;
inline constexpr std::uint32_t kLiveRenamed = 16;
inline constexpr std::uint32_t kLiveDirectory = 32; // that is what it is
inline constexpr std::uint32_t kLiveOurs = 64; // lamella-helper did it: an undo

} // namespace lamella::dbus
