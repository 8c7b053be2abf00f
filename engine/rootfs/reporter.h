// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string_view>

/// How a child says how far it has come, between clone3(2) and execve(2), where nothing may allocate or lock.
namespace lamella::rootfs {

/// The steps of a start and of an exec, in their order.
enum class Step : std::uint32_t {
    Prepare,
    MakeCgroup,
    Clone,
    IdMap,
    JoinNamespaces,
    JoinCgroup,
    Root,
    Mounts,
    Terminal,
    Hooks,
    Protect,
    Pivot,
    Settings,
    Ready,
    Limits,
    User,
    Capabilities,
    Seccomp,
    WorkingDirectory,
    Exec,
};
inline constexpr std::size_t kStepCount = static_cast<std::size_t>(Step::Exec) + 1;

/// The step as it stands in a timeline: "clone", "mounts", …
std::string_view stepName(Step step);

/// What the step does, for "cannot …": "mount the container's file systems".
std::string_view stepAction(Step step);

/// When each step was done (CLOCK_MONOTONIC, ns; 0: not yet), in memory that parent and child share. Move-only.
class Timeline {
public:
    static Result<Timeline> make();
    Timeline() = default;
    Timeline(Timeline&& other) noexcept
        : m_times(std::exchange(other.m_times, nullptr))
    {
    }
    Timeline& operator=(Timeline&& other) noexcept
    {
        std::swap(m_times, other.m_times);
        return *this;
    }
    ~Timeline();

    /// Async-signal-safe.
    void reached(Step step) const;
    /// Nanoseconds; 0 where the step is not done.
    std::chrono::nanoseconds at(Step step) const;

private:
    using Times = std::array<std::atomic<std::int64_t>, kStepCount>;
    explicit Timeline(Times* times)
        : m_times(times)
    {
    }

    Times* m_times = nullptr;
};

/// What a child that failed writes to its report pipe.
struct Report {
    std::uint32_t step = 0;
    std::int32_t errnum = 0; ///< of Step::Hooks also -status, as wait(2) gives it
    std::uint32_t detail = 0; ///< what of the step: an index into the list that the step works on
};

inline constexpr std::size_t kLongestWords = 512;

/// The child's side. All of it is async-signal-safe.
class Reporter {
public:
    Reporter(const Timeline& timeline, BorrowedFd pipe)
        : m_timeline(timeline)
        , m_pipe(pipe)
    {
    }

    void reached(Step step) const { m_timeline.reached(step); }

    BorrowedFd pipe() const { return m_pipe; }

    /// Writes the report and ends the process.
    [[noreturn]] void fail(Step step, int errnum, std::uint32_t detail = 0) const;

    /// fail() with words that stand behind the report in the pipe: what a hook wrote. At most kLongestWords of them.
    [[noreturn]] void fail(Step step, int errnum, std::uint32_t detail, std::string_view words) const;

    /// fail() with errno where `ok` is false.
    void require(bool ok, Step step, std::uint32_t detail = 0) const
    {
        if (!ok)
            fail(step, errno, detail);
    }

private:
    const Timeline& m_timeline;
    BorrowedFd m_pipe;
};

} // namespace lamella::rootfs
