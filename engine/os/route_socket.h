// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

/// rtnetlink(7): links and addresses.
namespace lamella::os {

/// A request: a header of its type (ifinfomsg, ifaddrmsg), then attributes. Lengths are bounded, as the ones of the
/// kernel's format wrap round at 64 KiB (CVE-2021-43784).
class RouteMessage {
public:
    template <class Header>
    RouteMessage(std::uint16_t type, std::uint16_t flags, const Header& header)
        : m_type(type)
        , m_flags(flags)
        , m_body(reinterpret_cast<const char*>(&header), sizeof header)
    {
    }

    /// Errors: LimitExceeded for more than kLongestAttribute bytes.
    Result<void> add(std::uint16_t attribute, std::string_view data);

    /// The whole message as the kernel takes it. Errors: LimitExceeded above 64 KiB.
    Result<std::string> bytes(std::uint32_t sequence) const;

    static constexpr std::size_t kLongestAttribute = 4096;

private:
    std::uint16_t m_type;
    std::uint16_t m_flags;
    std::string m_body;
};

/// A message of a dump: what follows the netlink header.
using RouteSink = std::function<void(std::string_view body)>;

/// The attributes behind a header of `headerSize` bytes; what does not fit is not given.
void forEachAttribute(std::string_view body, std::size_t headerSize,
                      const std::function<void(std::uint16_t type, std::string_view data)>& sink);

/// A socket to the network namespace that the calling thread is in when it opens it. What it changes needs
/// CAP_NET_ADMIN there.
class RouteSocket {
public:
    static Result<RouteSocket> open();

    /// Makes a change and waits for the kernel's answer; `what` says what was tried.
    Result<void> change(const RouteMessage& message, std::string_view what);

    /// Asks for all of a kind.
    Result<void> dump(const RouteMessage& message, std::string_view what, const RouteSink& sink);

private:
    explicit RouteSocket(UniqueFd socket)
        : m_socket(std::move(socket))
    {
    }
    Result<void> send(const RouteMessage& message, std::string_view what);
    Result<bool> receive(std::string_view what, const RouteSink& sink);

    UniqueFd m_socket;
    std::uint32_t m_sequence = 0;
};

} // namespace lamella::os
