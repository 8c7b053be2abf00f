// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/oci/spec.h"
#include "engine/rootfs/reporter.h"
#include "engine/runtime/capability_masks.h"
#include "engine/runtime/hook.h"
#include "engine/runtime/labels.h"
#include "engine/runtime/listener.h"
#include "engine/runtime/scheduling.h"
#include "engine/runtime/state_text.h"

#include <array>
#include <cstdint>
#include <linux/filter.h>
#include <memory>
#include <span>
#include <string>
#include <sys/resource.h>
#include <sys/types.h>
#include <vector>

namespace lamella::runtime {

/// Everything that becoming the program needs, ready for a child that may not allocate. Move-only: argv points into it.
struct Program {
    struct Limit {
        int resource = 0;
        rlimit value{};
    };

    Program() = default;
    Program(Program&&) = default;
    Program& operator=(Program&&) = default;

    std::vector<std::string> args, env;
    std::vector<std::string> candidates; ///< the paths that execve(2) tries, in the order of PATH
    std::vector<char*> argv, envp; ///< ending with a null pointer
    char* home = nullptr; ///< in env, behind "HOME=": kHomeRoom characters for findHome(); null: it is given
    std::string cwd;
    std::vector<gid_t> groups;
    uid_t uid = 0;
    gid_t gid = 0;
    mode_t umask = 0022;
    unsigned filterFlags = 0;
    std::vector<sock_filter> filter; ///< empty: none
    std::unique_ptr<Listener> listener; ///< who answers for the filter; null: nobody
    CapabilityMasks capabilities;
    std::vector<Limit> limits;
    ProgramLabel label;
    std::optional<unsigned long> personality; ///< as personality(2) takes it
    std::optional<MemoryPolicyPlan> memoryPolicy;
    std::string sessionKeyring; ///< empty: the caller's
    bool plainNewlines = false; ///< its terminal leaves "\n" as it is
    unsigned inheritedFds = 0; ///< descriptors from 3 on that execve(2) keeps
    std::vector<PreparedHook> hooks; ///< startContainer
    StateText hookState;
    std::array<UniqueFd, 3> streams; ///< what become 0, 1 and 2; none with a terminal
    oci::ConsoleSize consoleSize;
    bool terminal = false;
    bool noNewPrivileges = false;
    bool endWithParent = false; ///< SIGKILL when the parent ends
    bool handsReportOn = false; ///< the program gets the report pipe as kReportForInit

    /// For lamella-init: it reports in our place, and its program has not started before that pipe is closed.
    void handReportOn();
};

/// Where lamella-init finds the report pipe; the variable LAMELLA_INIT_REPORT tells it so.
inline constexpr int kReportForInit = 3;

/// Prepares `process` with the container's seccomp profile and personality. The name of the program is looked up in the
/// PATH of its own environment, by the child, in the container. Errors: Unsupported (a label of a security module that
/// does not run), those of cachedSeccomp().
Result<Program> prepareProgram(const oci::Process& process, const oci::Linux& linux);

/// What the program is allowed and surrounded by, for good: personality, label, limits, working directory, user,
/// capabilities, no_new_privs, and its filter where that takes privileges. What the caller does from here on must get
/// past that filter. Async-signal-safe. `label` comes from openLabel(). Detail of Step::Limits: index into limits; of
/// Step::Settings: a Setting.
void confine(const Program& program, BorrowedFd label, const rootfs::Reporter& reporter);

/// The filter of a program that gains no privileges, hooks and execve(2), by a process that confine() has confined.
/// Async-signal-safe.
[[noreturn]] void becomeProgram(const Program& program, const rootfs::Reporter& reporter);

/// Puts the program's filter on the calling thread, where it has one. Without no_new_privs it needs CAP_SYS_ADMIN.
void loadFilter(const Program& program, const rootfs::Reporter& reporter);

/// Sets descriptors 0, 1 and 2: the streams, or the terminal as the controlling one. The caller is the leader of its
/// session.
void takeStreams(const Program& program, int terminal, const rootfs::Reporter& reporter);

/// Runs hooks in the calling child; the first that fails ends it. Step::Hooks, detail: index into the list.
void runHooks(const std::vector<PreparedHook>& hooks, const HookSurroundings& surroundings,
              const rootfs::Reporter& reporter);

/// What every child does first: its own session, default signals, nothing inherited but what the program shall inherit,
/// not dumpable.
void enterChild(const Program& program, const rootfs::Reporter& reporter);

/// Closes all but the streams, what the program inherits, and `kept` (-1: none), which it sorts.
void closeOthers(const Program& program, std::span<int> kept);

/// Joins the session keyring of the program. Called as the user namespace's root: the keyring is his, where his quota
/// allows it one.
void enterKeyring(const Program& program, const rootfs::Reporter& reporter);

} // namespace lamella::runtime
