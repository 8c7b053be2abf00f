// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/byte_sink.h"

#include "engine/os/file.h"

namespace lamella::layer {

Result<void> FdSink::write(std::span<const std::byte> bytes)
{
    return os::writeAll(m_fd, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, "the archive");
}

Result<void> HashingSink::write(std::span<const std::byte> bytes)
{
    m_hash.add(bytes);
    m_count += {bytes.size()};
    return m_sink.write(bytes);
}

} // namespace lamella::layer
