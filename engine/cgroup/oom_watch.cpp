// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/oom_watch.h"

#include "engine/base/compose.h"
#include "engine/cgroup/files.h"
#include "engine/cgroup/layout.h"

#include <array>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>

namespace lamella::cgroup {

namespace {

std::unexpected<Error> noMemoryController(const std::string& path)
{
    return failure(ErrorKind::Unsupported,
                   "cannot watch the memory of the cgroup /" + path + ": it has no memory controller");
}

} // namespace

Result<OomWatch> OomWatch::start(const std::string& path)
{
    return start(TRY(machineTrees()), path);
}

Result<OomWatch> OomWatch::start(TreesPointer trees, const std::string& path)
{
    TRY(open(trees, path));
    const bool unified = trees->mode == Mode::V2;
    OomWatch watch{std::move(trees), TRY(relativePath(path))};
    TRY(unified ? watch.startV2() : watch.startV1());
    return watch;
}

Result<void> OomWatch::startV1()
{
    const auto* tree = m_trees->tree("memory");
    if (tree == nullptr)
        return noMemoryController(m_path);
    const UniqueFd control{::openat(tree->root.get(), (m_path + "/memory.oom_control").c_str(), O_RDONLY | O_CLOEXEC)};
    if (!control)
        return systemFailure("cannot open memory.oom_control of /" + m_path);
    m_events = UniqueFd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (!m_events)
        return systemFailure("cannot make an eventfd");
    return writeAt(tree->root.borrow(), m_path + "/cgroup.event_control",
                   compose("{} {}", m_events.get(), control.get()));
}

Result<void> OomWatch::startV2()
{
    const BorrowedFd tree = m_trees->unified.borrow();
    m_events = UniqueFd{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
    if (!m_events)
        return systemFailure("cannot watch the cgroup /" + m_path);
    for (const char* file : {"memory.events", "cgroup.events"}) {
        const std::string path = compose("/proc/self/fd/{}/{}/{}", tree.get(), m_path, file);
        if (::inotify_add_watch(m_events.get(), path.c_str(), IN_MODIFY) < 0) {
            if (errno == ENOENT)
                return noMemoryController(m_path);
            return systemFailure(compose("cannot watch {} of /{}", file, m_path));
        }
    }
    // Counted only now: what happens meanwhile is counted and seen.
    m_killed = keyedNumber(TRY(readAt(tree, m_path + "/memory.events")), "oom_kill");
    return {};
}

Result<OomWatch::News> OomWatch::take()
{
    return m_trees->mode == Mode::V2 ? takeV2() : takeV1();
}

// The removal of the cgroup counts as an event, too.
Result<OomWatch::News> OomWatch::takeV1()
{
    std::uint64_t count = 0;
    if (::read(m_events.get(), &count, sizeof count) < 0 && errno != EAGAIN)
        return systemFailure("cannot read the memory events of /" + m_path);
    const bool there = ::faccessat(m_trees->tree("memory")->root.get(), m_path.c_str(), F_OK, 0) == 0;
    return there ? News{count, false} : News{0, true};
}

Result<OomWatch::News> OomWatch::takeV2()
{
    std::array<char, 4096> ignored; // what matters is what the files say
    while (::read(m_events.get(), ignored.data(), ignored.size()) > 0) { }
    const BorrowedFd tree = m_trees->unified.borrow();
    const auto memory = readAt(tree, m_path + "/memory.events");
    if (!memory && memory.error().kind == ErrorKind::NotFound)
        return News{0, true};
    const std::uint64_t killed = keyedNumber(TRY(Result<std::string>{memory}), "oom_kill");
    const auto state = readAt(tree, m_path + "/cgroup.events");
    const bool populated = state && keyedNumber(*state, "populated") == 1;
    return News{killed - std::exchange(m_killed, killed), !populated};
}

} // namespace lamella::cgroup
