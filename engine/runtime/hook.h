// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/error.h"
#include "engine/base/unique_fd.h"
#include "engine/oci/spec.h"

#include <array>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace lamella::runtime {

/// A hook, ready to be run by a process that may not allocate. Move-only: argv points into args.
struct PreparedHook {
    explicit PreparedHook(const oci::Hook& hook);
    PreparedHook(PreparedHook&&) = default;
    PreparedHook& operator=(PreparedHook&&) = default;

    std::string path;
    std::vector<std::string> args, env;
    std::vector<char*> argv, envp; ///< ending with a null pointer
    bool inherits = false; ///< the hook says nothing of its environment
    int timeoutMsec = -1; ///< -1: none
};
std::vector<PreparedHook> prepareHooks(const std::vector<oci::Hook>& hooks);

/// How a hook went.
struct HookResult {
    bool succeeded() const { return errnum == 0; }

    /// errno (ETIMEDOUT: it took too long, ECANCELED: it was to end; it was killed then), or -status as wait(2) gives
    /// it
    int errnum = 0;
    std::array<char, 512> output{}; ///< the beginning of what it wrote
    std::size_t outputLength = 0;
};

/// What a hook finds.
struct HookSurroundings {
    std::string_view state; ///< on its standard input
    BorrowedFd directory; ///< its working directory
    char* const* environment; ///< where it inherits that
    std::array<BorrowedFd, 2> enders = {}; ///< one of them that can be read ends the hook
};

/// Runs the hook and waits for it. Async-signal-safe. No descriptor but the standard streams is inherited; a child that
/// it leaves behind is not waited for.
HookResult runHook(const PreparedHook& hook, const HookSurroundings& surroundings);

/// "the createContainer hook /x" and so on: for hookError().
std::vector<std::string> hookNames(std::string_view place, const std::vector<oci::Hook>& hooks);

/// Why a hook failed: "the createContainer hook /x exited with status 1: OUTPUT". `errnum` is that of HookResult.
Error hookError(std::string_view name, int errnum, std::string_view output);

} // namespace lamella::runtime
