// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/base/units.h"
#include "engine/layer/digest.h"

#include <cstddef>
#include <span>

namespace lamella::layer {

/// Where bytes go, one after the other.
class ByteSink {
public:
    virtual ~ByteSink() = default;

    /// Takes all of `bytes`.
    virtual Result<void> write(std::span<const std::byte> bytes) = 0;
};

/// Writes to a descriptor that somebody else keeps open.
class FdSink final : public ByteSink {
public:
    explicit FdSink(BorrowedFd fd)
        : m_fd(fd)
    {
    }
    Result<void> write(std::span<const std::byte> bytes) override;

private:
    BorrowedFd m_fd;
};

/// Hashes and counts what passes through.
class HashingSink final : public ByteSink {
public:
    explicit HashingSink(ByteSink& sink)
        : m_sink(sink)
    {
    }
    Result<void> write(std::span<const std::byte> bytes) override;

    Bytes count() const { return m_count; }
    std::string digest() { return m_hash.digest(); }

private:
    ByteSink& m_sink;
    Sha256 m_hash;
    Bytes m_count;
};

} // namespace lamella::layer
