// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/byte_source.h"

#include <cstdint>
#include <unistd.h>

namespace lamella::image {

/// A part of a regular file, read without touching the position that all who have the file open share.
class FilePart final : public layer::ByteSource {
public:
    FilePart(BorrowedFd file, std::uint64_t offset, std::uint64_t length)
        : m_file(file)
        , m_offset(offset)
        , m_left(length)
    {
    }

    Result<std::size_t> read(std::span<std::byte> buffer) override
    {
        const auto want = std::min<std::uint64_t>(buffer.size(), m_left);
        for (;;) {
            const auto count = ::pread(m_file.get(), buffer.data(), want, static_cast<off_t>(m_offset));
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0)
                return systemFailure("cannot read the archive");
            m_offset += static_cast<std::uint64_t>(count);
            m_left -= static_cast<std::uint64_t>(count);
            return static_cast<std::size_t>(count);
        }
    }

private:
    BorrowedFd m_file;
    std::uint64_t m_offset;
    std::uint64_t m_left;
};

} // namespace lamella::image
