// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/byte_source.h"

#include <unistd.h>

#include <algorithm>
#include <vector>

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

Result<std::size_t> SpanSource::read(std::span<std::byte> buffer)
{
    const auto count = std::min(buffer.size(), m_rest.size());
    std::ranges::copy(m_rest.first(count), buffer.begin());
    m_rest = m_rest.subspan(count);
    return count;
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

Result<void> drain(ByteSource& source)
{
    std::vector<std::byte> buffer(64u << 10);
    while (TRY(source.read(buffer)) > 0) { }
    return {};
}

} // namespace lamella::layer
