// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <filesystem>
#include <spawn.h>
#include <string>
#include <vector>

/// Starting programs without copying the caller: pidfd_spawn(3).
namespace lamella::os {

/// What a program is started with: default signals, an empty mask and environment, /dev/null for 0 and 1, the caller's
/// standard error, and the descriptors that are passed.
class Spawn {
public:
    Spawn();
    ~Spawn();
    Spawn(const Spawn&) = delete;
    Spawn& operator=(const Spawn&) = delete;

    /// Gives the program a session of its own.
    void leadSession();

    /// Gives the program `fd` as `number`, which is 1 or above 2, and below 64.
    Result<void> pass(BorrowedFd fd, int number);

    /// Starts it: a child of the caller, which must wait for it. The caller's other descriptors must be close-on-exec.
    Result<UniqueFd> run(const std::filesystem::path& program, const std::vector<std::string>& arguments) const;

private:
    posix_spawnattr_t m_attributes{};
    posix_spawn_file_actions_t m_actions{};
    std::vector<UniqueFd> m_copies;
};

} // namespace lamella::os
