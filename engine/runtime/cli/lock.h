// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <filesystem>
#include <optional>

namespace lamella::runtime::cli {

/// The right to change a container's state: of the commands on one container only one at a time has it. It ends with
/// this object, and with the process however that ends. A child does not inherit it, so a container that waits to be
/// started keeps nobody from deleting it (fcntl(2), "Advisory record locking"). Move-only.
class Lock {
public:
    /// Waits for the lock of the state directory `directory`. Errors: NotFound where there is none (any more).
    static Result<Lock> take(const std::filesystem::path& directory);

    /// The same without waiting: nothing where somebody has it.
    static Result<std::optional<Lock>> tryTake(const std::filesystem::path& directory);

    /// Lets others have it for a while.
    void release();

    /// Waits for it after release(). False where the container was deleted meanwhile: another one may have its name.
    Result<bool> takeAgain();

private:
    explicit Lock(UniqueFd file)
        : m_file(std::move(file))
    {
    }

    UniqueFd m_file;
};

} // namespace lamella::runtime::cli
