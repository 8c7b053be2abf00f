// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/spec.h"
#include "engine/runtime/cli/lock.h"
#include "engine/runtime/cli/options.h"
#include "engine/runtime/cli/state.h"

#include <string>
#include <string_view>
#include <utility>

namespace lamella::runtime::cli {

/// A bundle as it was read.
struct LoadedBundle {
    std::filesystem::path path; ///< absolute
    std::string config; ///< the text of config.json
    oci::Spec spec;
};

/// Errors: those of reading and of oci::parseSpec().
Result<LoadedBundle> loadBundle(const std::filesystem::path& bundle, const std::filesystem::path& config);

/// The reserved name of a container that is being made, locked; given back when that fails. Move-only.
class Reservation {
public:
    /// Says at once which cgroup will be made, so that `delete --force` finds it when this process is killed.
    /// Errors: AlreadyExists.
    static Result<Reservation> make(const Options& options, const LoadedBundle& bundle);

    Reservation(Reservation&& other) noexcept
        : m_root(std::move(other.m_root))
        , m_state(std::move(other.m_state))
        , m_lock(std::move(other.m_lock))
        , m_isLocked(other.m_isLocked)
        , m_owned(std::exchange(other.m_owned, false))
    {
    }
    Reservation& operator=(Reservation&&) = delete;
    ~Reservation();

    const State& state() const { return m_state; }

    /// Says which process the container will have, so that `kill` and `delete --force` can end what hangs, and keeps
    /// its config.json.
    Result<void> announce(pid_t pid, std::string_view config);

    /// Says that the container is ready.
    Result<void> record();

    /// Lets others at the container while it runs and this still waits for its end.
    void unlock();

    /// Keeps others away again. False where the container was deleted meanwhile: nothing with its name is this one's.
    bool relock();

    /// The container stays.
    void keep() { m_owned = false; }

private:
    Reservation(std::filesystem::path root, State state, Lock lock);

    std::filesystem::path m_root;
    State m_state;
    Lock m_lock;
    bool m_isLocked = true;
    bool m_owned = true;
};

} // namespace lamella::runtime::cli
