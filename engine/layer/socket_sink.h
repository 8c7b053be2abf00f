// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/byte_sink.h"

namespace lamella::layer {

/// To whoever has the other end of a socket. A pipe would send SIGPIPE to the whole process when that ends early.
class SocketSink final : public ByteSink {
public:
    explicit SocketSink(UniqueFd socket)
        : m_socket(std::move(socket))
    {
    }

    Result<void> write(std::span<const std::byte> bytes) override;
    /// The other end sees the end.
    void close() { m_socket.reset(); }
    /// The reader wants no more: he knows why.
    bool isBroken() const { return m_isBroken; }

private:
    UniqueFd m_socket;
    bool m_isBroken = false;
};

} // namespace lamella::layer
