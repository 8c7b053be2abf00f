// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <cstddef>
#include <span>

namespace lamella::layer {

/// Where bytes come from, one after the other.
class ByteSource {
public:
    virtual ~ByteSource() = default;

    /// Fills at most `buffer`; the number of bytes read, 0 only at the end.
    virtual Result<std::size_t> read(std::span<std::byte> buffer) = 0;
};

/// Reads a descriptor that somebody else keeps open.
class FdSource final : public ByteSource {
public:
    explicit FdSource(BorrowedFd fd)
        : m_fd(fd)
    {
    }
    Result<std::size_t> read(std::span<std::byte> buffer) override;

private:
    BorrowedFd m_fd;
};

/// Gives bytes that somebody else keeps.
class SpanSource final : public ByteSource {
public:
    explicit SpanSource(std::span<const std::byte> bytes)
        : m_rest(bytes)
    {
    }
    Result<std::size_t> read(std::span<std::byte> buffer) override;

private:
    std::span<const std::byte> m_rest;
};

/// Fills `buffer` wholly unless the source ends before; how much was read.
Result<std::size_t> readFully(ByteSource& source, std::span<std::byte> buffer);

/// Reads to the end: what a reader leaves (padding) counts for digests as well.
Result<void> drain(ByteSource& source);

} // namespace lamella::layer
