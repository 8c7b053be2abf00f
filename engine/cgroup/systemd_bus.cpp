// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/systemd_bus.h"

#include "engine/base/compose.h"

#include <array>
#include <cstring>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

namespace lamella::cgroup {

namespace {

constexpr std::string_view kManagerPath = "/org/freedesktop/systemd1";
constexpr std::string_view kManagerInterface = "org.freedesktop.systemd1.Manager";
/// How long systemd may be silent.
constexpr timeval kSilence{25, 0};

std::unexpected<Error> noSense()
{
    return failure(ErrorKind::Failed, "systemd says what makes no sense here");
}

std::unexpected<Error> refusal(const BusMessage& answer)
{
    BusReader body{answer.body};
    const std::string why = answer.signature.starts_with('s') ? body.string().value_or("") : "";
    const auto kind = answer.errorName.ends_with(".UnitExists") ? ErrorKind::AlreadyExists
        : answer.errorName.ends_with(".NoSuchUnit")             ? ErrorKind::NotFound
                                                                : ErrorKind::Failed;
    return failure(kind, compose("systemd refuses: {} ({})", why, answer.errorName));
}

struct Job {
    std::string path, unit, result;
};

/// JobRemoved(u id, o job, s unit, s result)
std::optional<Job> removedJob(const BusMessage& message)
{
    if (message.type != BusMessageType::Signal || message.member != "JobRemoved" || message.signature != "uoss")
        return std::nullopt;
    BusReader body{message.body};
    std::ignore = body.u32();
    auto path = body.string();
    auto unit = body.string();
    auto result = body.string();
    if (!path || !unit || !result)
        return std::nullopt;
    return Job{std::move(*path), std::move(*unit), std::move(*result)};
}

Result<void> resultOf(const Job& job)
{
    if (job.result == "done")
        return {};
    return failure(ErrorKind::Failed, compose("systemd's job for {} ended with \"{}\"", job.unit, job.result));
}

} // namespace

Result<SystemdBus> SystemdBus::connect(const std::string& path)
{
    UniqueFd socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    if (!socket || path.size() >= sizeof address.sun_path)
        return systemFailure("cannot make a socket");
    path.copy(address.sun_path, path.size());
    ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kSilence, sizeof kSilence);
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        const int errnum = errno;
        if (errnum == ENOENT || errnum == ECONNREFUSED)
            return failure(ErrorKind::Unsupported, compose("systemd does not run here: nobody listens on {}", path));
        return systemFailure(compose("cannot connect to systemd on {}", path), errnum);
    }
    SystemdBus bus{std::move(socket)};
    TRY(bus.authenticate());
    return bus;
}

// "EXTERNAL" with the user's number, each digit as its ASCII code ("30" to "39") (D-Bus Specification, "Authentication
// Protocol"); systemd asks the kernel who it is. BEGIN goes with it as in sd-bus's own clients: a server of sd-bus that
// reads BEGIN and a call at once leaves the call lying until more arrives.
Result<void> SystemdBus::authenticate()
{
    std::string user;
    for (const char digit : std::to_string(::geteuid()))
        (user += '3') += digit;
    TRY(send(std::string{'\0'} + compose("AUTH EXTERNAL {}\r\nBEGIN\r\n", user)));
    while (!m_received.contains("\r\n"))
        TRY(receiveMore());
    if (!m_received.starts_with("OK "))
        return failure(ErrorKind::NotAuthorized, "systemd does not want to talk to this user");
    m_received.erase(0, m_received.find("\r\n") + 2);
    return {};
}

Result<void> SystemdBus::send(std::string_view bytes)
{
    while (!bytes.empty()) {
        const ssize_t sent = ::send(m_socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return systemFailure("cannot write to systemd");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return {};
}

Result<void> SystemdBus::receiveMore()
{
    std::array<char, 4096> part;
    ssize_t count = 0;
    do {
        count = ::recv(m_socket.get(), part.data(), part.size(), 0);
    } while (count < 0 && errno == EINTR);
    if (count < 0 && errno == EAGAIN)
        return failure(ErrorKind::Failed, compose("systemd does not answer for {} seconds", kSilence.tv_sec));
    if (count < 0)
        return systemFailure("cannot read from systemd");
    if (count == 0)
        return failure(ErrorKind::Failed, "systemd has ended the connection");
    m_received.append(part.data(), static_cast<std::size_t>(count));
    return {};
}

Result<BusMessage> SystemdBus::receive()
{
    while (true) {
        const auto length = messageLength(m_received);
        if (length == 0)
            return noSense();
        if (length && m_received.size() >= *length) {
            auto message = decodeMessage(std::string_view{m_received}.substr(0, *length));
            m_received.erase(0, *length);
            if (!message)
                return noSense();
            return std::move(*message);
        }
        TRY(receiveMore());
    }
}

Result<std::string> SystemdBus::jobOf(std::uint32_t serial)
{
    while (true) {
        BusMessage message = TRY(receive());
        if (message.replySerial != serial) {
            m_signals.push_back(std::move(message));
            continue;
        }
        if (message.type == BusMessageType::Error)
            return refusal(message);
        auto job = BusReader{message.body}.string();
        if (message.type != BusMessageType::Return || !job)
            return noSense();
        return std::move(*job);
    }
}

Result<void> SystemdBus::runJob(std::string_view method, std::string_view signature, const BusWriter& arguments)
{
    const std::uint32_t serial = ++m_serial;
    TRY(send(encodeCall({kManagerPath, kManagerInterface, method, signature, arguments}, serial)));
    const std::string job = TRY(jobOf(serial));
    for (const BusMessage& message : std::exchange(m_signals, {})) {
        if (const auto removed = removedJob(message); removed && removed->path == job)
            return resultOf(*removed);
    }
    while (true) {
        if (const auto removed = removedJob(TRY(receive())); removed && removed->path == job)
            return resultOf(*removed);
    }
}

} // namespace lamella::cgroup
