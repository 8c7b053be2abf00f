// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/streams.h"

#include "engine/base/compose.h"
#include "engine/os/file.h"
#include "engine/os/socket.h"

#include <array>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace lamella::runtime::cli {

namespace {

constexpr int kFirstInherited = 3;

std::optional<unsigned> numberInEnvironment(const char* name)
{
    const char* text = std::getenv(name);
    if (text == nullptr)
        return std::nullopt;
    const std::string_view value{text};
    unsigned number = 0;
    const auto [stop, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc{} || stop != value.data() + value.size())
        return std::nullopt;
    return number;
}

Result<void> sendTo(const std::filesystem::path& path, std::string_view word, BorrowedFd descriptor)
{
    const UniqueFd socket = TRY(os::connectUnix(path, SOCK_STREAM));
    return os::sendDatagram(socket.borrow(), word, std::array{descriptor});
}

} // namespace

Result<void> checkConsole(const Options& options, bool terminal, bool stays)
{
    if (terminal && !stays && options.consoleSocket.empty())
        return failure(ErrorKind::InvalidArgument,
                       "cannot allocate tty if the runtime will detach without setting console socket: use "
                       "--console-socket");
    if ((!terminal || stays) && !options.consoleSocket.empty())
        return failure(ErrorKind::InvalidArgument,
                       "cannot use console socket if the runtime will not detach or allocate tty");
    return {};
}

Result<void> passConsole(const Options& options, UniqueFd& console)
{
    if (!console || options.consoleSocket.empty())
        return {};
    TRY(sendTo(options.consoleSocket, "/dev/ptmx", console.borrow()));
    console.reset();
    return {};
}

Result<void> passPidfd(const Options& options, BorrowedFd pidfd, std::string_view kind)
{
    if (options.pidfdSocket.empty())
        return {};
    return sendTo(options.pidfdSocket, kind, pidfd);
}

Result<void> writePidFile(const Options& options, pid_t pid)
{
    if (options.pidFile.empty())
        return {};
    return os::replaceFile(options.pidFile, std::to_string(pid), 0644, os::Sync::No);
}

unsigned listenFds()
{
    if (numberInEnvironment("LISTEN_PID") != static_cast<unsigned>(::getpid()))
        return 0;
    return std::min(numberInEnvironment("LISTEN_FDS").value_or(0), 65536U);
}

int afterInherited(unsigned count)
{
    return kFirstInherited + static_cast<int>(count);
}

Result<void> checkInherited(unsigned count, unsigned preserved)
{
    for (unsigned i = 0; i < count; ++i) {
        const int fd = kFirstInherited + static_cast<int>(i);
        const int flags = ::fcntl(fd, F_GETFD);
        if (flags >= 0 && (flags & FD_CLOEXEC) == 0) // with that flag it is one of this program's own
            continue;
        const unsigned sockets = count - preserved;
        const std::string what = i < sockets ? compose("socket {} of $LISTEN_FDS", i)
                                             : compose("preserved-fd {} (of {})", i - sockets, preserved);
        return failure(ErrorKind::InvalidArgument,
                       compose("unable to pass on {}: descriptor {} is not open", what, fd));
    }
    return {};
}

} // namespace lamella::runtime::cli
