// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <cstddef>
#include <span>
#include <sys/types.h>
#include <vector>

namespace lamella::layer {

/// Two regular files that are read side by side. What is a hole in both is passed over: holes are as long as a program
/// likes and cost it nothing.
class SideBySide {
public:
    static constexpr std::size_t kAtOnce = 128u << 10;

    /// Both are open for reading, and outlive this. `end`: where reading stops.
    SideBySide(BorrowedFd first, BorrowedFd second, off_t end);

    /// What both have from one position on. A file that ends before the other one has less there.
    struct Piece {
        off_t position = 0;
        std::span<const std::byte> first;
        std::span<const std::byte> second;
    };

    /// How many bytes of each the next piece asks for; 0 at the end.
    std::size_t nextLength() const;
    /// Valid until the next call. Not to be called at the end.
    Result<Piece> next();

private:
    void passHoles();

    BorrowedFd m_first;
    BorrowedFd m_second;
    off_t m_end;
    off_t m_position = 0;
    std::vector<std::byte> m_firstBytes;
    std::vector<std::byte> m_secondBytes;
};

} // namespace lamella::layer
