// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/byte_source.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace lamella::test {

/// Gives a text in pieces of at most `piece` bytes, as a pipe might.
class TextSource final : public layer::ByteSource {
public:
    explicit TextSource(std::string text, std::size_t piece = 4096)
        : m_text(std::move(text))
        , m_piece(piece)
    {
    }
    Result<std::size_t> read(std::span<std::byte> buffer) override
    {
        const auto count = std::min({buffer.size(), m_piece, m_text.size() - m_at});
        std::memcpy(buffer.data(), m_text.data() + m_at, count);
        m_at += count;
        return count;
    }

private:
    std::string m_text;
    std::size_t m_piece;
    std::size_t m_at = 0;
};

} // namespace lamella::test
