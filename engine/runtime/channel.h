// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/socket.h>

/// The child's side of the socket between a parent and its child that is not yet a program. Async-signal-safe.
namespace lamella::runtime {

/// Where attachDescriptor() writes.
struct DescriptorRoom {
    alignas(cmsghdr) char bytes[CMSG_SPACE(sizeof(int))]{};
};

/// Has `header` carry `descriptor` to the other side (unix(7), SCM_RIGHTS). It refers to `room`.
void attachDescriptor(msghdr& header, DescriptorRoom& room, int descriptor);

/// Sends one byte with `descriptor`, or without one where it is negative. False with errno.
bool sendMark(int socket, char mark, int descriptor);

/// Waits for the byte `mark`; gives the descriptor that came with it in `descriptor` where that is not null. False with
/// errno (EPIPE: the parent is gone).
bool receiveMark(int socket, char mark, int* descriptor);

/// The user namespace is mapped, and the network devices are there.
inline constexpr char kMarkMapped = 'm';
/// With the root file system.
inline constexpr char kMarkRoot = 'r';
/// From the child: the container's mounts are made, and the hooks of the runtime's namespaces may run.
inline constexpr char kMarkMounted = 'M';
/// To the child: they have run.
inline constexpr char kMarkHooks = 'h';
/// With the terminal's master.
inline constexpr char kMarkTerminal = 't';
/// The container is ready.
inline constexpr char kMarkReady = 'R';

} // namespace lamella::runtime
