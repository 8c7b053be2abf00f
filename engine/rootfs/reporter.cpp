// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/reporter.h"

#include <cstring>
#include <ctime>
#include <new>
#include <sys/mman.h>
#include <unistd.h>

namespace lamella::rootfs {

namespace {

struct Words {
    std::string_view name;
    std::string_view action;
};

constexpr std::array<Words, kStepCount> kWords{{
    {"prepare", "prepare the container"},
    {"make cgroup", "make the cgroup"},
    {"clone", "make the process with its namespaces"},
    {"id map", "map the ids of the user namespace"},
    {"join namespaces", "join the container's namespaces"},
    {"join cgroup", "join the cgroup"},
    {"root", "mount the root file system"},
    {"mounts", "mount"},
    {"terminal", "make the terminal"},
    {"hooks", "run the hooks"},
    {"protect", "mask or protect"},
    {"pivot", "make the root file system the root directory"},
    {"settings", "set"},
    {"ready", "wait for the start"},
    {"limits", "set the limit"},
    {"user", "become the user"},
    {"capabilities", "set the capabilities"},
    {"seccomp", "load the seccomp filter"},
    {"working directory", "change to the working directory"},
    {"exec", "run"},
}};

} // namespace

std::string_view stepName(Step step)
{
    return kWords[static_cast<std::size_t>(step)].name;
}

std::string_view stepAction(Step step)
{
    return kWords[static_cast<std::size_t>(step)].action;
}

Result<Timeline> Timeline::make()
{
    void* memory = ::mmap(nullptr, sizeof(Times), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return systemFailure("cannot map memory for the timeline");
    return Timeline{new (memory) Times{}};
}

Timeline::~Timeline()
{
    if (m_times != nullptr)
        ::munmap(m_times, sizeof(Times));
}

void Timeline::reached(Step step) const
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    (*m_times)[static_cast<std::size_t>(step)].store(now.tv_sec * 1'000'000'000 + now.tv_nsec,
                                                     std::memory_order_relaxed);
}

std::chrono::nanoseconds Timeline::at(Step step) const
{
    return std::chrono::nanoseconds{(*m_times)[static_cast<std::size_t>(step)].load(std::memory_order_relaxed)};
}

void Reporter::fail(Step step, int errnum, std::uint32_t detail) const
{
    fail(step, errnum, detail, {});
}

void Reporter::fail(Step step, int errnum, std::uint32_t detail, std::string_view words) const
{
    const Report report{static_cast<std::uint32_t>(step), errnum, detail};
    char text[sizeof report + kLongestWords];
    std::memcpy(text, &report, sizeof report);
    const std::size_t length = sizeof report + words.copy(text + sizeof report, kLongestWords);
    // In one piece, as it is shorter than PIPE_BUF. Nobody is left to hear of a failure to write.
    if (::write(m_pipe.get(), text, length) < 0)
        ::_exit(2);
    ::_exit(1);
}

} // namespace lamella::rootfs
