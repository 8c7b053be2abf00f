// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/byte_source.h"

#include <memory>
#include <vector>

struct inflate_state;
struct isal_gzip_header;

namespace lamella::layer {

/// Decompresses gzip (RFC 1952), whose members may follow each other, through ISA-L. Checksums and lengths are checked.
class GzipReader final : public ByteSource {
public:
    explicit GzipReader(ByteSource& source);
    ~GzipReader() override;

    /// Errors: those of the source; InvalidArgument for a stream that is damaged or ends too early.
    Result<std::size_t> read(std::span<std::byte> buffer) override;

private:
    enum class Part { Between, Header, Body };

    Result<void> refill();
    Result<void> readHeader();
    Result<std::size_t> readBody(std::span<std::byte> buffer);

    ByteSource& m_source;
    std::unique_ptr<inflate_state> m_state;
    std::unique_ptr<isal_gzip_header> m_header;
    std::vector<std::uint8_t> m_in;
    Part m_part = Part::Between;
    bool m_sourceEnded = false;
};

} // namespace lamella::layer
