// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/side_by_side.h"

#include <algorithm>
#include <unistd.h>

namespace lamella::layer {

namespace {

/// Where the file has data next, from `position` on; its end where only a hole is left (lseek(2), SEEK_DATA).
off_t nextData(BorrowedFd file, off_t position, off_t end)
{
    const off_t data = ::lseek(file.get(), position, SEEK_DATA);
    if (data >= 0)
        return data;
    return errno == ENXIO ? end : position; // a file system without holes
}

/// Fills the buffer from `position` unless the file ends before.
Result<std::size_t> readAt(BorrowedFd file, off_t position, std::span<std::byte> buffer)
{
    std::size_t count = 0;
    while (count < buffer.size()) {
        const auto read
            = ::pread(file.get(), buffer.data() + count, buffer.size() - count, position + static_cast<off_t>(count));
        if (read < 0 && errno == EINTR)
            continue;
        if (read < 0)
            return systemFailure("cannot read a file to compare it");
        if (read == 0)
            break;
        count += static_cast<std::size_t>(read);
    }
    return count;
}

} // namespace

SideBySide::SideBySide(BorrowedFd first, BorrowedFd second, off_t end)
    : m_first(first)
    , m_second(second)
    , m_end(end)
    , m_firstBytes(nextLength())
    , m_secondBytes(nextLength())
{
    passHoles();
}

void SideBySide::passHoles()
{
    if (m_position < m_end)
        m_position = std::min({nextData(m_first, m_position, m_end), nextData(m_second, m_position, m_end), m_end});
}

std::size_t SideBySide::nextLength() const
{
    return static_cast<std::size_t>(std::min<off_t>(kAtOnce, m_end - m_position));
}

Result<SideBySide::Piece> SideBySide::next()
{
    const off_t position = m_position;
    const std::size_t length = nextLength();
    const auto first = TRY(readAt(m_first, position, std::span{m_firstBytes}.first(length)));
    const auto second = TRY(readAt(m_second, position, std::span{m_secondBytes}.first(length)));
    m_position += static_cast<off_t>(length);
    passHoles();
    return Piece{position, std::span{m_firstBytes}.first(first), std::span{m_secondBytes}.first(second)};
}

} // namespace lamella::layer
