// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/oci/spec.h"
#include "engine/runtime/state_document.h"
#include "engine/runtime/state_text.h"

#include <atomic>
#include <linux/filter.h>
#include <span>

/// Who answers for SCMP_ACT_NOTIFY (config-linux.md, "Seccomp", listenerPath; seccomp_unotify(2)).
namespace lamella::runtime {

/// A connection to the listener, made by the parent, that a child sends the descriptor of its filter through.
/// Move-only.
class Listener {
public:
    /// `state` is the container's; its pid is kPidToCome where that is the process itself. Errors: those of
    /// os::connectUnix(), for which and for each part of what load() sends the listener has ten seconds.
    static Result<Listener> connect(const oci::Seccomp& seccomp, const ContainerState& state);

    Listener(Listener&& other) noexcept;
    Listener& operator=(Listener&&) = delete;
    ~Listener();

    /// In the parent: the PID of the child, as the listener sees it.
    void tell(pid_t pid) const;

    /// What load() sends through.
    BorrowedFd socket() const { return m_socket.borrow(); }

    /// In the child: loads the filter and sends its descriptor, with what is told of the process. Async-signal-safe.
    /// After the filter is there no system call is made, as it might be one that the listener has to answer. Returns
    /// errno (ETIMEDOUT: the listener does not take it), or 0.
    int load(std::span<const sock_filter> program, unsigned flags);

private:
    Listener() = default;

    struct Shared {
        std::atomic<pid_t> pid = 0;
    };
    pid_t awaitPid() const;

    UniqueFd m_socket;
    StateText m_message;
    Shared* m_shared = nullptr; ///< memory that parent and child share
    std::span<char> m_stack; ///< of the thread that sends
};

} // namespace lamella::runtime
