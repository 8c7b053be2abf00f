// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <functional>
#include <string>
#include <sys/types.h>

/// Namespaces: namespaces(7), setns(2), user_namespaces(7).
namespace lamella::os {

/// The namespace `kind` ("net", "pid_for_children", …) of a process.
Result<UniqueFd> openNamespace(pid_t pid, const std::string& kind);

/// setns(2) of the calling thread; `type` is one CLONE_NEW… flag, or several with a pidfd.
Result<void> enterNamespace(BorrowedFd target, int type, std::string_view what);

Result<void> unshare(int flags, std::string_view what);

/// Calls `body` in a short-lived process that has a private copy of the caller's mounts, so that what it mounts is seen
/// by nobody and is gone afterwards. Memory and descriptors are the caller's own; the calling thread stands still, and
/// takes no signal, meanwhile (as in posix_spawn(3)). Any thread. Needs CAP_SYS_ADMIN. Errors: those of `body`, and of
/// making the process.
Result<void> callWithPrivateMounts(const std::function<Result<void>()>& body);

/// A user namespace in which nobody is, with these lines of "inside outside count" for users and groups: what
/// idMapMount() wants. Any thread. Needs CAP_SETUID and CAP_SETGID.
Result<UniqueFd> makeUserNamespace(std::string_view uidMap, std::string_view gidMap);

/// Writes a process's uid_map or gid_map (`file` is the name): lines of "inside outside count". Needs CAP_SETUID or
/// CAP_SETGID.
Result<void> writeIdMap(pid_t pid, const std::string& file, std::string_view map);

} // namespace lamella::os
