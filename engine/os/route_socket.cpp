// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/route_socket.h"

#include "engine/base/compose.h"

#include <cstring>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <vector>

namespace lamella::os {

namespace {

constexpr std::size_t kLongestMessage = 64 * 1024;

void pad(std::string& text)
{
    text.resize((text.size() + NLMSG_ALIGNTO - 1) / NLMSG_ALIGNTO * NLMSG_ALIGNTO);
}

} // namespace

Result<void> RouteMessage::add(std::uint16_t attribute, std::string_view data)
{
    if (data.size() > kLongestAttribute)
        return failure(ErrorKind::LimitExceeded,
                       compose("an attribute of {} bytes is too long for the kernel", data.size()));
    pad(m_body);
    const rtattr header{static_cast<std::uint16_t>(RTA_LENGTH(data.size())), attribute};
    m_body.append(reinterpret_cast<const char*>(&header), sizeof header).append(data);
    return {};
}

Result<std::string> RouteMessage::bytes(std::uint32_t sequence) const
{
    if (m_body.size() > kLongestMessage)
        return failure(ErrorKind::LimitExceeded,
                       compose("a message of {} bytes is too long for the kernel", m_body.size()));
    const nlmsghdr header{static_cast<std::uint32_t>(sizeof(nlmsghdr) + m_body.size()), m_type,
                          static_cast<std::uint16_t>(m_flags | NLM_F_REQUEST), sequence, 0};
    std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
    return bytes.append(m_body);
}

void forEachAttribute(std::string_view body, std::size_t headerSize,
                      const std::function<void(std::uint16_t type, std::string_view data)>& sink)
{
    for (std::size_t at = headerSize; at + sizeof(rtattr) <= body.size();) {
        rtattr header{};
        std::memcpy(&header, body.data() + at, sizeof header);
        if (header.rta_len < sizeof header || header.rta_len > body.size() - at)
            return;
        sink(header.rta_type, body.substr(at + sizeof header, header.rta_len - sizeof header));
        at += RTA_ALIGN(header.rta_len);
    }
}

Result<RouteSocket> RouteSocket::open()
{
    UniqueFd socket{::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)};
    const sockaddr_nl address{AF_NETLINK, 0, 0, 0};
    if (!socket || ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        return systemFailure("cannot speak with the kernel's network");
    return RouteSocket{std::move(socket)};
}

Result<void> RouteSocket::send(const RouteMessage& message, std::string_view what)
{
    const std::string bytes = TRY_WITHIN(what, message.bytes(++m_sequence));
    if (::send(m_socket.get(), bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
        return systemFailure(what);
    return {};
}

/// One datagram of answers to the last request; false after the last one.
Result<bool> RouteSocket::receive(std::string_view what, const RouteSink& sink)
{
    std::vector<char> buffer(kLongestMessage);
    const ssize_t n = ::recv(m_socket.get(), buffer.data(), buffer.size(), 0);
    if (n < 0)
        return systemFailure(what);
    std::string_view rest{buffer.data(), static_cast<std::size_t>(n)};
    while (rest.size() >= sizeof(nlmsghdr)) {
        nlmsghdr header{};
        std::memcpy(&header, rest.data(), sizeof header);
        if (header.nlmsg_len < sizeof header || header.nlmsg_len > rest.size())
            break;
        const std::string_view body = rest.substr(sizeof header, header.nlmsg_len - sizeof header);
        rest.remove_prefix(std::min<std::size_t>(NLMSG_ALIGN(header.nlmsg_len), rest.size()));
        if (header.nlmsg_seq != m_sequence)
            continue;
        if (header.nlmsg_type == NLMSG_DONE)
            return false;
        if (header.nlmsg_type != NLMSG_ERROR) {
            sink(body);
            continue;
        }
        nlmsgerr error{};
        std::memcpy(&error, body.data(), std::min(body.size(), sizeof error));
        if (error.error != 0)
            return systemFailure(what, -error.error);
        return false;
    }
    return true;
}

Result<void> RouteSocket::change(const RouteMessage& message, std::string_view what)
{
    TRY(send(message, what));
    while (TRY(receive(what, [](std::string_view) { }))) { }
    return {};
}

Result<void> RouteSocket::dump(const RouteMessage& message, std::string_view what, const RouteSink& sink)
{
    TRY(send(message, what));
    while (TRY(receive(what, sink))) { }
    return {};
}

} // namespace lamella::os
