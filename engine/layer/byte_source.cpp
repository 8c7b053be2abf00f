// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/byte_source.h"

#include <unistd.h>

namespace lamella::layer {

Result<std::size_t> FdSource::read(std::span<std::byte> buffer)
{
    for (;;) {
        const auto count = ::read(m_fd.get(), buffer.data(), buffer.size());
        if (count >= 0)
            return static_cast<std::size_t>(count);
        if (errno != EINTR)
            return systemFailure("cannot read the archive");
    }
}

Result<std::size_t> readFully(ByteSource& source, std::span<std::byte> buffer)
{
    std::size_t have = 0;
    while (have < buffer.size()) {
        const auto count = TRY(source.read(buffer.subspan(have)));
        if (count == 0)
            break;
        have += count;
    }
    return have;
}

} // namespace lamella::layer
