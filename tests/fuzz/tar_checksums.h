// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "resources/starter/tar_writer.h"

namespace lamella::test {

/// The bytes with the checksum that each block needs which looks like a header: a search that changes bytes would
/// seldom get past it.
inline std::string withTarChecksums(const std::uint8_t* data, std::size_t size)
{
    constexpr std::size_t kBlock = 512;
    std::string text(reinterpret_cast<const char*>(data), size);
    for (std::size_t at = 0; at + kBlock <= size; at += kBlock) {
        if (text.compare(at + 257, 5, "ustar") != 0)
            continue;
        auto block = text.substr(at, kBlock);
        starter::sealTarHeader(block);
        text.replace(at, kBlock, block);
    }
    return text;
}

} // namespace lamella::test
