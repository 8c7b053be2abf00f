// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/console_relay.h"

#include "engine/os/file.h"
#include "engine/os/socket.h"
#include "engine/os/terminal.h"

#include <array>
#include <csignal>
#include <initializer_list>
#include <optional>
#include <poll.h>
#include <sys/signalfd.h>

namespace lamella::runtime::cli {

namespace {

sigset_t setOf(std::initializer_list<int> signals)
{
    sigset_t set;
    ::sigemptyset(&set);
    for (const int signal : signals)
        ::sigaddset(&set, signal);
    return set;
}

sigset_t passedSignals()
{
    return setOf({SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH});
}

class Relay {
public:
    Relay(BorrowedFd pidfd, BorrowedFd console)
        : m_pidfd(pidfd)
        , m_console(console)
    {
    }

    Result<os::ExitStatus> run()
    {
        const sigset_t set = passedSignals();
        m_signals = UniqueFd{::signalfd(-1, &set, SFD_CLOEXEC)};
        std::optional<os::RawMode> raw;
        if (m_console && ::isatty(STDIN_FILENO) == 1) {
            resize();
            raw.emplace(TRY(os::RawMode::enter(BorrowedFd{STDIN_FILENO})));
        }
        m_input = m_console ? STDIN_FILENO : -1;
        for (;;) {
            std::array<pollfd, 4> polls{pollfd{m_pidfd.get(), POLLIN, 0}, pollfd{m_signals.get(), POLLIN, 0},
                                        pollfd{m_console.get(), POLLIN, 0}, pollfd{m_input, POLLIN, 0}};
            if (::poll(polls.data(), polls.size(), -1) < 0 && errno != EINTR)
                return systemFailure("cannot wait for the program");
            if (polls[1].revents != 0)
                passSignal();
            if (polls[3].revents != 0 && !copy(STDIN_FILENO, m_console.get()))
                m_input = -1;
            // What was written before the end is read before the end is told.
            if (polls[2].revents != 0 && copy(m_console.get(), STDOUT_FILENO))
                continue;
            if (polls[2].revents != 0)
                m_console = {};
            if (polls[0].revents != 0)
                return os::waitFor(m_pidfd);
        }
    }

private:
    void resize() const
    {
        if (const auto size = os::windowSize(BorrowedFd{STDIN_FILENO}))
            std::ignore = os::setWindowSize(m_console, *size);
    }

    void passSignal() const
    {
        signalfd_siginfo info{};
        if (::read(m_signals.get(), &info, sizeof info) != sizeof info)
            return;
        if (info.ssi_signo == SIGWINCH && m_console)
            resize();
        else
            std::ignore = os::sendSignal(m_pidfd, static_cast<int>(info.ssi_signo));
    }

    /// False at the end of `from`.
    static bool copy(int from, int to)
    {
        std::array<char, 16384> buffer;
        const ssize_t n = ::read(from, buffer.data(), buffer.size());
        if (n <= 0)
            return n < 0 && errno == EINTR;
        return os::writeAll(BorrowedFd{to}, {buffer.data(), static_cast<std::size_t>(n)}, "the terminal").has_value();
    }

    BorrowedFd m_pidfd;
    BorrowedFd m_console;
    UniqueFd m_signals;
    int m_input = -1;
};

} // namespace

Result<void> sendConsole(const std::filesystem::path& path, BorrowedFd console)
{
    const UniqueFd socket = TRY(os::connectUnix(path, SOCK_STREAM));
    return os::sendDatagram(socket.borrow(), "console", std::array{console});
}

Result<os::ExitStatus> serve(BorrowedFd pidfd, BorrowedFd console)
{
    return Relay{pidfd, console}.run();
}

void holdSignals()
{
    const sigset_t set = passedSignals();
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
}

Result<UniqueFd> holdStopSignals()
{
    const sigset_t set = setOf({SIGHUP, SIGINT, SIGQUIT, SIGTERM});
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    UniqueFd stop{::signalfd(-1, &set, SFD_CLOEXEC)};
    if (!stop)
        return systemFailure("cannot watch for signals");
    return stop;
}

} // namespace lamella::runtime::cli
