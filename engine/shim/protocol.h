// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What the helper and a container's shim say to each other: SOCK_SEQPACKET messages, one JSON object each, with
/// descriptors (SCM_RIGHTS). The first connection is descriptor 3 of the spawned shim; a later helper connects to
/// <run>/<id>/shim.sock (mode 0600, and the peer's uid must be the shim's own: SO_PEERCRED).
///
/// The shim is started as
///   lamella-shim --id ID --bundle DIR --run DIR --log FILE --exit FILE [--log-level LEVEL]
/// run: its directory below /run/lamella/containers (0700), holding shim.sock. log: written in the CRI format, rotated
/// by size. exit: the exit record, written to a temporary name, synced and renamed.
///
/// It creates and starts the container at once and then says one of
///   {"event":"started","pid":N,"started_usec":N,"steps":[["clone",123],…]}   steps in usec on CLOCK_MONOTONIC
///   {"event":"failed","kind":"NotFound","message":"…","step":"exec"}   after which it has cleaned up and exits
/// and, when PID 1 has ended, everything in the cgroup is dead, the cgroup is removed and the record is written,
///   {"event":"exited","status":0..255,"signal":N,"oom":bool,"started_usec":N,"finished_usec":N}
/// after which it exits; the same object without "event" is the exit record.
///
/// Requests carry a "serial" that the reply repeats: {"serial":N,"ok":{…}} or {"serial":N,"error":{"kind","message"}}.
/// A member that a request does not have is refused.
///   {"request":"state"}                        -> {"pid","paused","started_usec","steps","execs":[E,…]}
///   {"request":"kill","signal":N,"all":bool}   -> {}
///   {"request":"pause"} {"request":"resume"}   -> {}
///   {"request":"exec","process":{runtime-spec process}} -> {"exec":E,"pid":N} and 1 (PTY master) or 3 (in, out, err)
///   descriptors
///   {"request":"attach"}                       -> {"attach":A} and 1 stream socket
///   {"request":"resize","rows":R,"columns":C}  -> {}               the container's own terminal
///   {"request":"hangup","exec":E}              -> {}
/// A connection that does not read what is said to it is closed; its owner connects again and asks for the state.
/// Events to every connection: {"event":"exec-exited","exec":E,"status":N}, {"event":"paused"}, {"event":"resumed"}.
///
/// Limits: kMaxConnections, kMaxExecs and kMaxAttaches at a time; beyond them LimitExceeded (a connection is closed).
namespace lamella::shim {

/// One message with the descriptors that came with it.
struct Message {
    nlohmann::json body;
    std::vector<UniqueFd> descriptors;
};

inline constexpr std::size_t kMaxMessage = 256 * 1024;
inline constexpr std::size_t kMaxDescriptors = 4;
inline constexpr std::size_t kMaxConnections = 8;
inline constexpr std::size_t kMaxExecs = 64;
inline constexpr std::size_t kMaxAttaches = 16;

/// The descriptor at which the spawned shim finds its first connection.
inline constexpr int kFirstConnection = 3;

/// Makes room for messages of kMaxMessage on `socket`, as far as the kernel allows it (socket(7), SO_SNDBUF).
void enlargeBuffers(BorrowedFd socket);

/// Sends one message whole. Errors: system errors; LimitExceeded for one that is too long.
Result<void> send(BorrowedFd socket, const nlohmann::json& body, const std::vector<BorrowedFd>& descriptors = {});

/// Receives one message; nothing where the peer has closed. Received descriptors are close-on-exec.
/// With a non-blocking socket EAGAIN is an error with that errno. Errors: InvalidArgument (not a JSON object),
/// LimitExceeded (too long, too many descriptors).
Result<std::optional<Message>> receive(BorrowedFd socket);

} // namespace lamella::shim
