// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/base/units.h"

#include <functional>
#include <sys/types.h>

/// How the worker gives up its rights before it reads the first foreign byte. All of this is for a process with one
/// thread that root started.
namespace lamella::image {

/// Ends this process when the one that started it ends, and closes every descriptor from `first` on.
Result<void> bindToParent(BorrowedFd parent, int first);

/// Lets the kernel end this process before others when memory is short, whatever oom_score_adj it was started with: the
/// helper's protection is not for what reads foreign bytes.
Result<void> volunteerForOom();

/// Does with the file system what `uid` may do, for as long as this lives (setfsuid(2)): a caller's layout is opened
/// with the caller's rights.
class ActAs {
public:
    explicit ActAs(uid_t uid);
    ActAs(const ActAs&) = delete;
    ActAs& operator=(const ActAs&) = delete;
    ~ActAs();

private:
    bool m_active;
};

/// A detached mount of the directory alone, from which no ".." leads out, with no device, set-id or program to be used
/// through it. A directory of another mount namespace (a sandboxed caller's) cannot be cloned: EINVAL.
Result<UniqueFd> isolate(BorrowedFd directory, bool readOnly);

enum class Network { None, Kept };

/// Leaves every namespace that matters and makes `root` (a detached mount) the root and working directory. `furnish` is
/// called when it is attached and the old root is still there: only then can mounts be attached below it.
Result<void> enterRoot(BorrowedFd root, Network network = Network::None,
                       const std::function<Result<void>()>& furnish = {});

/// An empty, read-only root for enterRoot().
Result<UniqueFd> emptyRoot();

enum class Rights {
    None, ///< no capability; user `uid`
    Unpack, ///< what creating files of any owner takes
    Fetch, ///< like None, with threads; loads no filter
};

/// Drops capabilities, sets limits (memory, file size, descriptors), no_new_privs, no processes, and the seccomp filter
/// that allows only what reading and unpacking take. `threads` is called before the
/// last two, to start what the filter then holds as well; it must not read foreign bytes before this has returned.
Result<void> dropRights(Rights rights, uid_t uid, Bytes fileSize, const std::function<Result<void>()>& threads = {});

} // namespace lamella::image
