// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/runtime/runtime.h"

#include <map>
#include <optional>
#include <sys/types.h>
#include <vector>

namespace lamella::shim {

/// The programs that were run in the container beside its own. Their streams belong to who asked; nothing is kept of
/// them but their PIDs, and that ends with them.
class ExecSessions {
public:
    struct Started {
        unsigned exec = 0;
        pid_t pid = 0;
        std::vector<UniqueFd> streams; ///< the asker's: the PTY's master, or the three pipes
        BorrowedFd pidfd; ///< readable when the program has ended
    };

    /// Runs a program in the container `id`. Errors: those of runtime::exec(), LimitExceeded (kMaxExecs).
    Result<Started> start(const std::string& id, const runtime::Created& container, const oci::Spec& spec,
                          const oci::Process& process);

    /// Tells the program that its terminal has gone (SIGHUP). Errors: NotFound.
    Result<void> hangUp(unsigned exec);

    /// Those whose programs run.
    std::vector<unsigned> running() const;

    /// The session whose program had this PID, which has ended and been waited for.
    struct Ended {
        unsigned exec = 0;
        UniqueFd pidfd;
    };
    std::optional<Ended> remove(pid_t pid);

private:
    struct Session {
        pid_t pid = 0;
        UniqueFd pidfd;
    };

    std::map<unsigned, Session> m_sessions;
    unsigned m_last = 0;
};

} // namespace lamella::shim
