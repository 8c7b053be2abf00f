// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/units.h"
#include "engine/layer/byte_source.h"

namespace lamella::image {

/// Ends with `beyond` when more than `most` bytes come.
class LimitedSource final : public layer::ByteSource {
public:
    LimitedSource(layer::ByteSource& source, Bytes most, Error beyond)
        : m_source(source)
        , m_left(most.value)
        , m_beyond(std::move(beyond))
    {
    }
    Result<std::size_t> read(std::span<std::byte> buffer) override
    {
        const auto count = TRY(m_source.read(buffer));
        if (count > m_left)
            return std::unexpected(m_beyond);
        m_left -= count;
        return count;
    }

private:
    layer::ByteSource& m_source;
    std::uint64_t m_left;
    Error m_beyond;
};

} // namespace lamella::image
