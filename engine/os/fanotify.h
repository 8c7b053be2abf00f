// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <sys/types.h>

/// Being told what happens in a file system: fanotify(7), with the names of directory entries (FAN_REPORT_DFID_NAME).
namespace lamella::os {

/// An entry of a directory. Both views end with the call that they were given to.
struct FanotifyPlace {
    std::string_view directory; ///< its file handle, for openByHandle()
    std::string_view name; ///< bytes as they are; "." is the directory itself
};

struct FanotifyEvent {
    std::uint64_t mask = 0; ///< FAN_…; FAN_Q_OVERFLOW alone: events were lost
    pid_t pid = 0; ///< of the process that did it, which may have ended; 0 where this pid namespace does not see it
    FanotifyPlace at; ///< of FAN_RENAME: where it is now
    std::optional<FanotifyPlace> from; ///< of FAN_RENAME: where it was
};

/// A notification group. What is marked stays so until this goes, or the file system does; neither is held by it.
class Fanotify {
public:
    /// Never blocks; at most 16,384 events wait (then FAN_Q_OVERFLOW). Needs CAP_SYS_ADMIN. Errors: LimitExceeded (128
    /// groups), Unsupported (Linux before 5.9).
    static Result<Fanotify> open();

    /// Tells of `mask` (FAN_CREATE …) in the whole file system that `directory` is of, in addition to what it tells of
    /// already. Errors: Unsupported (it gives out no file handles; FAN_RENAME before Linux 5.17).
    Result<void> watch(BorrowedFd directory, std::uint64_t mask);
    /// The reverse of it.
    Result<void> ignore(BorrowedFd directory, std::uint64_t mask);

    /// One read(2): gives what has happened to `sink`, in order; false where nothing had.
    Result<bool> read(const std::function<void(const FanotifyEvent&)>& sink);

    /// Becomes readable when something has happened.
    BorrowedFd descriptor() const { return m_group.borrow(); }

private:
    explicit Fanotify(UniqueFd group)
        : m_group(std::move(group))
    {
    }

    UniqueFd m_group;
};

/// open_by_handle_at(2): the directory of an event, as the mount that `mount` (not an O_PATH one) is of shows it. Needs
/// CAP_DAC_READ_SEARCH. Errors: NotFound (it is no more; errno is ESTALE).
Result<UniqueFd> openByHandle(BorrowedFd mount, std::string_view handle, int flags);

} // namespace lamella::os
