// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <vector>

/// Unix sockets and pipes: unix(7), pipe(2). Every descriptor is close-on-exec.
namespace lamella::os {

struct SocketPair {
    UniqueFd first;
    UniqueFd second;
};

struct Pipe {
    UniqueFd read;
    UniqueFd write;
};

/// socketpair(2) of AF_UNIX; `type` is SOCK_SEQPACKET, SOCK_STREAM …, also with SOCK_NONBLOCK.
Result<SocketPair> makeSocketPair(int type = SOCK_SEQPACKET);

/// pipe2(2); `flags` adds O_NONBLOCK, O_DIRECT.
Result<Pipe> makePipe(int flags = 0);

/// Listens on `path`; whatever was there is removed, and the new socket has this mode from its first moment.
/// The path may be longer than sun_path allows: its directory is opened and the name is bound through it.
Result<UniqueFd> listenUnix(const std::filesystem::path& path, mode_t mode = 0600, int type = SOCK_SEQPACKET,
                            int backlog = 8);

/// Connects to the socket at `path` (of any length). Connecting, and later each send, waits no longer than `patience`
/// (0: as long as it takes) for a listener that accepts nobody. Errors: ETIMEDOUT then; a later send says EAGAIN.
Result<UniqueFd> connectUnix(const std::filesystem::path& path, int type = SOCK_SEQPACKET,
                             std::chrono::seconds patience = {});

/// accept4(2). With a non-blocking listener EAGAIN is an error with that errno.
Result<UniqueFd> acceptUnix(BorrowedFd listener, int flags = 0);

/// Who made or connected the other end: SO_PEERCRED.
Result<ucred> peerCredentials(BorrowedFd socket);

/// One message as it was received.
struct Datagram {
    std::string data;
    std::vector<UniqueFd> descriptors;
};

/// Sends `data` as one message, with descriptors (SCM_RIGHTS; at most 16). Never raises SIGPIPE.
Result<void> sendDatagram(BorrowedFd socket, std::string_view data, std::span<const BorrowedFd> descriptors = {});

/// Receives one message of at most `limit` bytes with at most 16 descriptors; nothing where the peer has closed.
/// A message that is longer is an error (LimitExceeded), with its descriptors closed. EAGAIN is an error with that
/// errno.
Result<std::optional<Datagram>> receiveDatagram(BorrowedFd socket, std::size_t limit);

} // namespace lamella::os
