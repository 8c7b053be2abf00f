// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/live_watch.h"

#include "engine/base/log.h"
#include "engine/container/merged_root.h"
#include "engine/container/watch_budget.h"
#include "engine/container/writers.h"
#include "engine/layer/change_gatherer.h"
#include "engine/layer/directory_paths.h"
#include "engine/os/fanotify.h"
#include "engine/os/process.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <climits>
#include <ctime>
#include <format>
#include <optional>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/resource.h>
#include <system_error>
#include <thread>
#include <tuple>
#include <utility>

namespace lamella::container {

using layer::LiveChange;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr std::uint64_t kEvents
    = FAN_CREATE | FAN_DELETE | FAN_RENAME | FAN_ATTRIB | FAN_CLOSE_WRITE | FAN_MODIFY | FAN_ONDIR | FAN_OPEN_EXEC;

/// What happens at the same path within this time is told together.
constexpr auto kMoment = 100ms;
/// Events are read at once, while their writers live, so often in a moment; from then on after a pause.
constexpr int kReadsAtOnce = 64;
constexpr auto kPause = 20ms;
/// FAN_MODIFY doubles what a small write(2) costs: after one it is not asked for during this time.
constexpr auto kModifyPause = 1s;
/// Enough to come before the container's own processes, and not before all else: they decide how much there is to do.
constexpr int kNice = -5;
/// Calls of read(2) before the rest is looked after.
constexpr int kReadsInARow = 8;

std::uint32_t kindsOf(std::uint64_t mask)
{
    std::uint32_t kinds = 0;
    for (const auto& [bits, kind] : {std::pair<std::uint64_t, LiveChange::Kind>{FAN_CREATE, LiveChange::Created},
                                     {FAN_MODIFY | FAN_CLOSE_WRITE, LiveChange::Written},
                                     {FAN_ATTRIB, LiveChange::Attributes},
                                     {FAN_DELETE, LiveChange::Deleted},
                                     {FAN_RENAME, LiveChange::Renamed},
                                     {FAN_ONDIR, LiveChange::Directory}}) {
        if ((mask & bits) != 0)
            kinds |= kind;
    }
    return kinds;
}

/// What this thread has worked so far.
std::chrono::nanoseconds workedTime()
{
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

std::chrono::microseconds realTime()
{
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch());
}

} // namespace

class LiveWatch::Loop {
public:
    Loop(RunningRoot root, os::Fanotify fanotify, UniqueFd pidfd, UniqueFd wake, const std::string& cgroupPath,
         Sink sink, Ended ended)
        : m_root(std::move(root))
        , m_fanotify(std::move(fanotify))
        , m_pidfd(std::move(pidfd))
        , m_wake(std::move(wake))
        , m_writers(m_root.process(), cgroupPath)
        , m_sink(std::move(sink))
        , m_ended(std::move(ended))
    {
    }

    Result<void> begin()
    {
        const UniqueFd root = TRY(m_root.open());
        TRY(m_fanotify.watch(root.borrow(), kEvents));
        try {
            m_thread = std::jthread([this] { run(); });
        } catch (const std::system_error& error) {
            return failure(ErrorKind::LimitExceeded, std::format("cannot start a thread: {}", error.what()));
        }
        return {};
    }

    void stop()
    {
        m_stopping = true;
        ::eventfd_write(m_wake.get(), 1);
        m_thread = {};
    }

private:
    void run()
    {
        // Of a process that changes one file and ends only who is quick learns the name. (A thread's own, on Linux.)
        ::setpriority(PRIO_PROCESS, 0, kNice);
        for (;;) {
            keepTime();
            const bool listens = !m_watchAgainAt && Clock::now() >= m_pauseEnd;
            std::array<pollfd, 3> polls{{{m_wake.get(), POLLIN, 0},
                                         {m_pidfd.get(), POLLIN, 0},
                                         {listens ? m_fanotify.descriptor().get() : -1, POLLIN, 0}}};
            if (::poll(polls.data(), polls.size(), timeout()) < 0) {
                if (errno == EINTR)
                    continue; // nothing is said of the descriptors
                log::error("cannot wait for changes: {}", Error::system(errno, "poll").message);
                return finish();
            }
            if (polls[0].revents != 0)
                return;
            if (polls[1].revents != 0)
                return finish();
            if (polls[2].revents != 0 && !readEvents())
                return finish();
        }
    }

    void finish()
    {
        std::ignore = readAll();
        m_gatherer.addUnknown(); // what was written last may have been in nobody's hands
        flush();
        m_ended();
    }

    /// Does what is due.
    void keepTime()
    {
        const auto now = Clock::now();
        if (m_flushAt && now >= *m_flushAt)
            flush();
        if (m_modifyAt && now >= *m_modifyAt && !m_watchAgainAt) {
            m_modifyAt.reset();
            mark(&os::Fanotify::watch, FAN_MODIFY);
            m_mount.reset();
            noteUnknown(); // other files may have been written to meanwhile
        }
        if (m_watchAgainAt && now >= *m_watchAgainAt) {
            m_watchAgainAt.reset();
            mark(&os::Fanotify::watch, kEvents);
            m_mount.reset();
            m_modifyAt.reset();
            noteLost();
        }
    }

    /// Until the next is due, in milliseconds; -1: nothing is.
    int timeout() const
    {
        std::optional<Clock::time_point> next;
        for (const auto& due : {m_flushAt, m_watchAgainAt ? std::nullopt : m_modifyAt, m_watchAgainAt,
                                m_pauseEnd > Clock::now() ? std::optional{m_pauseEnd} : std::nullopt})
            next = !due ? next : next ? std::min(*next, *due) : *due;
        if (!next)
            return -1;
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now());
        return static_cast<int>(std::max(wait, 0ms).count());
    }

    /// False where nothing more can be read.
    bool readEvents()
    {
        const auto now = Clock::now();
        if (now >= m_momentEnd) {
            m_momentEnd = now + kMoment;
            m_reads = 0;
        }
        const bool pauses = m_reads++ >= kReadsAtOnce;
        if (!readAll())
            return false;
        if (m_budget.isSpent(Clock::now()))
            pauseWatch();
        else if (pauses)
            m_pauseEnd = Clock::now() + kPause;
        return true;
    }

    bool isReadable() const
    {
        pollfd poll{m_fanotify.descriptor().get(), POLLIN, 0};
        return ::poll(&poll, 1, 0) > 0;
    }

    bool readAll()
    {
        m_writers.nextMoment();
        m_time = realTime();
        m_events = 0;
        const bool isWhole = readPieces();
        const auto worked = workedTime();
        m_budget.spend(m_events, worked - std::exchange(m_worked, worked));
        return isWhole;
    }

    bool readPieces()
    {
        for (int reads = 0; reads < kReadsInARow; ++reads) {
            const auto any = m_fanotify.read([this](const os::FanotifyEvent& event) { take(event); });
            m_mount.reset(); // a container that has ended meanwhile may be started again
            if (!any)
                log::warning("{}", any.error().message);
            // All of one call is mostly all that there is.
            if (!any || !*any || !isReadable())
                return any.has_value();
        }
        return true;
    }

    /// Of a container that has ended there is none: only what happens in known directories can be told.
    BorrowedFd mount()
    {
        if (!m_mount) {
            if (auto root = m_root.open())
                m_mount = std::move(*root);
        }
        return m_mount.borrow();
    }

    void take(const os::FanotifyEvent& event)
    {
        if (m_stopping)
            return;
        ++m_events;
        if ((event.mask & FAN_Q_OVERFLOW) != 0)
            return noteLost();
        // First: it may be about to end.
        if ((event.mask & FAN_OPEN_EXEC) != 0)
            m_writers.executes(event.pid, event.at.name);
        if ((event.mask & ~std::uint64_t{FAN_OPEN_EXEC | FAN_ONDIR}) == 0)
            return;
        LiveChange change;
        change.writer = m_writers.find(event.pid);
        change.kinds = kindsOf(event.mask);
        change.time = m_time;
        if ((event.mask & FAN_MODIFY) != 0 && !m_modifyAt) {
            m_modifyAt = Clock::now() + kModifyPause;
            mark(&os::Fanotify::ignore, FAN_MODIFY);
        }
        if (event.from)
            takeOldName(change, *event.from);
        auto path = pathOf(event.at);
        if (path && *path == "/")
            return;
        if (path)
            change.path = std::move(*path);
        else if (!change.from.empty())
            becomeDeleted(change);
        else
            return;
        m_gatherer.add(std::move(change));
        note();
    }

    /// What comes from a directory that is no more was made, as far as anybody can see.
    void takeOldName(LiveChange& change, const os::FanotifyPlace& place)
    {
        if (auto from = pathOf(place))
            change.from = std::move(*from);
        else
            change.kinds = (change.kinds & ~std::uint32_t{LiveChange::Renamed}) | LiveChange::Created;
        if ((change.kinds & LiveChange::Directory) != 0)
            m_paths.forget();
    }

    /// Where it is now cannot be told; that it is no more where it was can.
    static void becomeDeleted(LiveChange& change)
    {
        change.kinds = LiveChange::Deleted | (change.kinds & LiveChange::Directory);
        change.path = std::exchange(change.from, {});
    }

    /// Nothing where the directory is no more, or cannot be found, and where the path is too long.
    std::optional<std::string> pathOf(const os::FanotifyPlace& place)
    {
        auto path = m_paths.find(mount(), place.directory);
        if (!path) {
            if (path.error().kind != ErrorKind::NotFound)
                noteUnknown();
            return std::nullopt;
        }
        if (place.name == ".")
            return std::move(*path);
        if (!path->ends_with('/'))
            *path += '/';
        *path += place.name;
        if (path->size() < PATH_MAX)
            return std::move(*path);
        noteUnknown();
        return std::nullopt;
    }

    void note()
    {
        if (!m_flushAt)
            m_flushAt = Clock::now() + kMoment;
    }

    void noteUnknown()
    {
        m_gatherer.addUnknown();
        note();
    }

    /// Also where directories have moved may be what was lost.
    void noteLost()
    {
        m_paths.forget();
        m_gatherer.addLost();
        note();
    }

    void flush()
    {
        m_flushAt.reset();
        if (!m_gatherer.isEmpty())
            m_sink(m_gatherer.take());
    }

    void pauseWatch()
    {
        mark(&os::Fanotify::ignore, kEvents & ~std::uint64_t{FAN_ONDIR});
        std::ignore = readAll(); // what was there before
        m_watchAgainAt = m_budget.refilled();
        noteLost();
    }

    /// A container that has ended has no mark to change.
    void mark(Result<void> (os::Fanotify::*change)(BorrowedFd, std::uint64_t), std::uint64_t mask)
    {
        const BorrowedFd root = mount();
        if (const auto changed = root ? (m_fanotify.*change)(root, mask) : Result<void>{}; !changed)
            log::warning("{}", changed.error().message);
    }

    RunningRoot m_root;
    os::Fanotify m_fanotify;
    UniqueFd m_pidfd;
    UniqueFd m_wake;
    Writers m_writers;
    Sink m_sink;
    Ended m_ended;
    layer::DirectoryPaths m_paths;
    layer::ChangeGatherer m_gatherer;
    UniqueFd m_mount; ///< the root, only during one read: see RunningRoot
    std::chrono::microseconds m_time{}; ///< when they were
    std::optional<Clock::time_point> m_flushAt; ///< while something is gathered
    std::optional<Clock::time_point> m_modifyAt; ///< while FAN_MODIFY is not asked for
    std::optional<Clock::time_point> m_watchAgainAt; ///< while nothing is
    WatchBudget m_budget{Clock::now()};
    std::chrono::nanoseconds m_worked{}; ///< that the budget knows of
    int m_events = 0; ///< of the last reading
    Clock::time_point m_pauseEnd{}; ///< nothing is read before it
    Clock::time_point m_momentEnd{};
    int m_reads = 0; ///< in this moment
    std::atomic<bool> m_stopping = false;
    std::jthread m_thread;
};

LiveWatch::LiveWatch(std::unique_ptr<Loop> loop)
    : m_loop(std::move(loop))
{
}

LiveWatch::~LiveWatch()
{
    m_loop->stop();
}

Result<std::unique_ptr<ChangeWatch>> LiveWatch::start(const WatchTarget& target, Sink sink, Ended ended)
{
    auto pidfd = TRY(os::openPidfd(target.pid));
    // After it: the descriptor is of the same process.
    auto root = TRY(RunningRoot::find(target.pid, target.cgroupPath));
    auto fanotify = TRY(os::Fanotify::open());
    UniqueFd wake{::eventfd(0, EFD_CLOEXEC)};
    if (!wake)
        return systemFailure("cannot make an event descriptor");
    auto loop = std::make_unique<Loop>(std::move(root), std::move(fanotify), std::move(pidfd), std::move(wake),
                                       target.cgroupPath, std::move(sink), std::move(ended));
    TRY(loop->begin());
    return std::unique_ptr<ChangeWatch>{new LiveWatch{std::move(loop)}};
}

} // namespace lamella::container
