// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/socket_sink.h"

#include <cerrno>
#include <sys/socket.h>

namespace lamella::layer {

Result<void> SocketSink::write(std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const auto count = ::send(m_socket.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR)
            continue;
        m_isBroken = count < 0 && (errno == EPIPE || errno == ECONNRESET);
        if (count < 0)
            return systemFailure("cannot pass the archive on");
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return {};
}

} // namespace lamella::layer
