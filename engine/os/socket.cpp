// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/socket.h"

#include "engine/base/compose.h"
#include "engine/os/file.h"

#include <array>
#include <cstring>
#include <sys/time.h>
#include <sys/un.h>

namespace lamella::os {

namespace {

constexpr std::size_t kMaxDescriptors = 16;

/// The address of NAME in an open directory: /proc/self/fd/N/NAME fits where the whole path may not.
Result<sockaddr_un> addressIn(BorrowedFd directory, const std::filesystem::path& path)
{
    const std::string name = compose("{}/{}", descriptorPath(directory), path.filename().native());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (name.size() >= sizeof address.sun_path)
        return failure(ErrorKind::InvalidArgument, compose("the name of the socket {} is too long", path.native()));
    std::memcpy(address.sun_path, name.c_str(), name.size() + 1);
    return address;
}

Result<UniqueFd> openDirectoryOf(const std::filesystem::path& path)
{
    return open(path.has_parent_path() ? path.parent_path() : ".", O_PATH | O_DIRECTORY);
}

const sockaddr* asSockaddr(const sockaddr_un& address)
{
    return reinterpret_cast<const sockaddr*>(&address);
}

Result<UniqueFd> makeSocket(int type)
{
    const int fd = ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return systemFailure("cannot make a socket");
    return UniqueFd{fd};
}

void takeDescriptors(msghdr& header, std::vector<UniqueFd>& into)
{
    for (cmsghdr* control = CMSG_FIRSTHDR(&header); control != nullptr; control = CMSG_NXTHDR(&header, control)) {
        if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
            continue;
        const std::size_t count = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int fd = -1;
            std::memcpy(&fd, CMSG_DATA(control) + i * sizeof(int), sizeof fd);
            into.emplace_back(fd);
        }
    }
}

} // namespace

Result<SocketPair> makeSocketPair(int type)
{
    std::array<int, 2> fds{};
    if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, fds.data()) != 0)
        return systemFailure("cannot make a pair of sockets");
    return SocketPair{UniqueFd{fds[0]}, UniqueFd{fds[1]}};
}

Result<Pipe> makePipe(int flags)
{
    std::array<int, 2> fds{};
    if (::pipe2(fds.data(), flags | O_CLOEXEC) != 0)
        return systemFailure("cannot make a pipe");
    return Pipe{UniqueFd{fds[0]}, UniqueFd{fds[1]}};
}

Result<UniqueFd> listenUnix(const std::filesystem::path& path, mode_t mode, int type, int backlog)
{
    const UniqueFd directory = TRY(openDirectoryOf(path));
    const sockaddr_un address = TRY(addressIn(directory.borrow(), path));
    UniqueFd socket = TRY(makeSocket(type));
    if (::unlinkat(directory.get(), path.filename().c_str(), 0) != 0 && errno != ENOENT)
        return systemFailure(compose("cannot remove {}", path.native()));
    // The mode of the new file is the socket's own (unix(7) leaves it at 0777 less the umask otherwise).
    if (::fchmod(socket.get(), mode) != 0)
        return systemFailure(compose("cannot set the mode of {}", path.native()));
    if (::bind(socket.get(), asSockaddr(address), sizeof address) != 0)
        return systemFailure(compose("cannot bind {}", path.native()));
    if (::listen(socket.get(), backlog) != 0)
        return systemFailure(compose("cannot listen on {}", path.native()));
    return socket;
}

Result<UniqueFd> connectUnix(const std::filesystem::path& path, int type, std::chrono::seconds patience)
{
    const UniqueFd directory = TRY(openDirectoryOf(path));
    const sockaddr_un address = TRY(addressIn(directory.borrow(), path));
    UniqueFd socket = TRY(makeSocket(type));
    const timeval limit{patience.count(), 0};
    if (patience.count() > 0 && ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) != 0)
        return systemFailure("cannot limit the time of a connection");
    if (::connect(socket.get(), asSockaddr(address), sizeof address) == 0)
        return socket;
    const int errnum = errno == EAGAIN && patience.count() > 0 ? ETIMEDOUT : errno;
    return systemFailure(compose("cannot connect to {}", path.native()), errnum);
}

Result<UniqueFd> acceptUnix(BorrowedFd listener, int flags)
{
    const int fd = ::accept4(listener.get(), nullptr, nullptr, flags | SOCK_CLOEXEC);
    if (fd < 0)
        return systemFailure("cannot accept a connection");
    return UniqueFd{fd};
}

Result<ucred> peerCredentials(BorrowedFd socket)
{
    ucred peer{};
    socklen_t length = sizeof peer;
    if (::getsockopt(socket.get(), SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
        return systemFailure("cannot ask who the peer is");
    return peer;
}

Result<void> sendDatagram(BorrowedFd socket, std::string_view data, std::span<const BorrowedFd> descriptors)
{
    if (descriptors.size() > kMaxDescriptors)
        return failure(ErrorKind::LimitExceeded, "more than 16 descriptors in one message");
    iovec part{const_cast<char*>(data.data()), data.size()};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    alignas(cmsghdr) std::array<char, CMSG_SPACE(kMaxDescriptors * sizeof(int))> control{};
    if (!descriptors.empty()) {
        header.msg_control = control.data();
        header.msg_controllen = CMSG_SPACE(descriptors.size() * sizeof(int));
        cmsghdr* rights = CMSG_FIRSTHDR(&header);
        rights->cmsg_level = SOL_SOCKET;
        rights->cmsg_type = SCM_RIGHTS;
        rights->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
        for (std::size_t i = 0; i < descriptors.size(); ++i) {
            const int fd = descriptors[i].get();
            std::memcpy(CMSG_DATA(rights) + i * sizeof fd, &fd, sizeof fd);
        }
    }
    ssize_t n = 0;
    do
        n = ::sendmsg(socket.get(), &header, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return systemFailure("cannot send a message");
    return {};
}

Result<std::optional<Datagram>> receiveDatagram(BorrowedFd socket, std::size_t limit)
{
    Datagram message;
    message.data.resize(limit);
    iovec part{message.data.data(), limit};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(kMaxDescriptors * sizeof(int))> control{};
    msghdr header{};
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
    ssize_t n = 0;
    do
        n = ::recvmsg(socket.get(), &header, MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return systemFailure("cannot receive a message");
    takeDescriptors(header, message.descriptors);
    if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
        return failure(ErrorKind::LimitExceeded, compose("a message is longer than {} bytes", limit));
    if (n == 0 && message.descriptors.empty())
        return std::nullopt;
    message.data.resize(static_cast<std::size_t>(n));
    return message;
}

} // namespace lamella::os
