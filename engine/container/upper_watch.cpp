// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/upper_watch.h"

#include "engine/base/log.h"
#include "engine/container/merged_root.h"
#include "engine/layer/directory_names.h"
#include "engine/os/file.h"
#include "engine/os/process.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <format>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace lamella::container {

namespace {

using namespace std::chrono_literals;
using UpperClock = std::chrono::steady_clock;

constexpr std::uint32_t kInotifyEvents = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_ATTRIB | IN_MODIFY
    | IN_ONLYDIR | IN_EXCL_UNLINK | IN_DONT_FOLLOW | IN_MASK_CREATE;
constexpr int kMostWatched = 10'000;
constexpr int kDeepest = 128;
/// What happens within this time is told together.
constexpr auto kUpperMoment = 100ms;
/// Looking for new directories may take one part in so many of the time.
constexpr int kWalkShare = 10;

} // namespace

class UpperWatch::Loop {
public:
    Loop(UniqueFd upper, UniqueFd inotify, UniqueFd pidfd, UniqueFd wake, Sink sink, Ended ended)
        : m_upper(std::move(upper))
        , m_inotify(std::move(inotify))
        , m_pidfd(std::move(pidfd))
        , m_wake(std::move(wake))
        , m_sink(std::move(sink))
        , m_ended(std::move(ended))
    {
    }

    Result<void> begin()
    {
        TRY(watch(m_upper.borrow()));
        m_isOutdated = true; // the others may be many
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
    /// A directory that has a watch already keeps it.
    Result<void> watch(BorrowedFd directory)
    {
        if (m_watched >= kMostWatched)
            return {};
        // The link of /proc is the directory itself, whatever lies at its path by now.
        const auto path = os::descriptorPath(directory) + "/.";
        if (::inotify_add_watch(m_inotify.get(), path.c_str(), kInotifyEvents) >= 0) {
            ++m_watched;
            return {};
        }
        if (errno == EEXIST || errno == ENOENT)
            return {};
        if (errno == ENOSPC)
            return failure(ErrorKind::LimitExceeded, "too many directories are watched already");
        return systemFailure("cannot watch a directory of the writable layer");
    }

    Result<void> watchBelow(BorrowedFd directory, int depth)
    {
        if (depth == kDeepest)
            return {};
        return layer::eachDirectoryName(directory, [&](std::string_view name) -> Result<void> {
            if (m_stopping)
                return failure(ErrorKind::Cancelled, "the watch has ended");
            // What is no directory after all, and what vanishes, is passed over.
            const auto child
                = os::openAt(directory, std::string{name}, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NOATIME);
            if (!child)
                return {};
            TRY(watch(child->borrow()));
            return watchBelow(child->borrow(), depth + 1);
        });
    }

    void run()
    {
        for (;;) {
            if (m_isOutdated && UpperClock::now() >= m_walkAt)
                watchNew();
            const bool listens = UpperClock::now() >= m_momentEnd;
            std::array<pollfd, 3> polls{
                {{m_wake.get(), POLLIN, 0}, {m_pidfd.get(), POLLIN, 0}, {listens ? m_inotify.get() : -1, POLLIN, 0}}};
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
            if (polls[2].revents != 0)
                tell();
        }
    }

    /// Until the next is due, in milliseconds; -1: nothing is.
    int timeout() const
    {
        const auto now = UpperClock::now();
        auto due = now < m_momentEnd ? m_momentEnd : UpperClock::time_point::max();
        if (m_isOutdated)
            due = std::min(due, m_walkAt);
        if (due == UpperClock::time_point::max())
            return -1;
        const auto wait = std::chrono::ceil<std::chrono::milliseconds>(due - now);
        return static_cast<int>(std::max(wait, 0ms).count());
    }

    void finish()
    {
        m_sink({.rescan = true});
        m_ended();
    }

    void tell()
    {
        m_momentEnd = UpperClock::now() + kUpperMoment;
        m_isOutdated = readEvents() || m_isOutdated;
        // Otherwise it is told when new directories are watched, so that what is made in them until then is seen.
        if (!m_isOutdated || UpperClock::now() < m_walkAt)
            m_sink({.rescan = true});
    }

    void watchNew()
    {
        const auto start = UpperClock::now();
        m_isOutdated = false;
        const auto watched = watchBelow(m_upper.borrow(), 0);
        if (!watched && watched.error().kind != ErrorKind::Cancelled)
            log::warning("{}", watched.error().message);
        m_walkAt = UpperClock::now() + (UpperClock::now() - start) * kWalkShare;
        m_sink({.rescan = true});
    }

    /// True where there may be directories that are not watched yet.
    bool readEvents()
    {
        alignas(inotify_event) std::array<char, 16 << 10> buffer;
        bool isOutdated = false;
        // More than that is there for the next time.
        for (int reads = 0; reads < 64; ++reads) {
            const auto size = ::read(m_inotify.get(), buffer.data(), buffer.size());
            if (size <= 0)
                break;
            for (ssize_t at = 0; at + static_cast<ssize_t>(sizeof(inotify_event)) <= size;) {
                inotify_event event{};
                std::memcpy(&event, buffer.data() + at, sizeof event);
                const bool isNew = (event.mask & IN_ISDIR) != 0 && (event.mask & (IN_CREATE | IN_MOVED_TO)) != 0;
                m_watched -= (event.mask & IN_IGNORED) != 0 ? 1 : 0; // the directory is gone
                isOutdated = isOutdated || isNew || (event.mask & IN_Q_OVERFLOW) != 0;
                at += static_cast<ssize_t>(sizeof event + event.len);
            }
        }
        return isOutdated;
    }

    UniqueFd m_upper;
    UniqueFd m_inotify;
    UniqueFd m_pidfd;
    UniqueFd m_wake;
    Sink m_sink;
    Ended m_ended;
    int m_watched = 0; ///< directories
    bool m_isOutdated = false; ///< a walk is due
    UpperClock::time_point m_walkAt{}; ///< and not before
    UpperClock::time_point m_momentEnd{}; ///< nothing is read before it
    std::atomic<bool> m_stopping = false;
    std::jthread m_thread;
};

UpperWatch::UpperWatch(std::unique_ptr<Loop> loop)
    : m_loop(std::move(loop))
{
}

UpperWatch::~UpperWatch()
{
    m_loop->stop();
}

Result<std::unique_ptr<ChangeWatch>> UpperWatch::start(const WatchTarget& target, Sink sink, Ended ended)
{
    auto pidfd = TRY(os::openPidfd(target.pid));
    // After it: the descriptor is of the same process.
    const auto process = os::open(std::format("/proc/{}", target.pid), O_PATH | O_DIRECTORY);
    if (!process || !isInCgroup(process->borrow(), target.cgroupPath))
        return failure(ErrorKind::WrongState, "the container has ended");
    auto upper = TRY(os::open(target.upper, O_RDONLY | O_DIRECTORY));
    UniqueFd inotify{::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)};
    if (!inotify && errno == EMFILE)
        return failure(ErrorKind::LimitExceeded, "too many directories are watched already");
    UniqueFd wake{::eventfd(0, EFD_CLOEXEC)};
    if (!inotify || !wake)
        return systemFailure("cannot watch the writable layer");
    auto loop = std::make_unique<Loop>(std::move(upper), std::move(inotify), std::move(pidfd), std::move(wake),
                                       std::move(sink), std::move(ended));
    TRY(loop->begin());
    return std::unique_ptr<ChangeWatch>{new UpperWatch{std::move(loop)}};
}

} // namespace lamella::container
