// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <unistd.h>

#include <utility>

namespace lamella {

/// A descriptor that somebody else owns and keeps open for as long as this is used.
class BorrowedFd {
public:
    constexpr BorrowedFd() = default;
    constexpr explicit BorrowedFd(int fd)
        : m_fd(fd)
    {
    }

    constexpr int get() const { return m_fd; }
    constexpr explicit operator bool() const { return m_fd >= 0; }

private:
    int m_fd = -1;
};

/// A descriptor that is closed with this object. Move-only.
class UniqueFd {
public:
    constexpr UniqueFd() = default;
    constexpr explicit UniqueFd(int fd)
        : m_fd(fd)
    {
    }
    UniqueFd(UniqueFd&& other) noexcept
        : m_fd(other.release())
    {
    }
    UniqueFd& operator=(UniqueFd&& other) noexcept
    {
        reset(other.release());
        return *this;
    }
    UniqueFd(const UniqueFd&) = delete;
    UniqueFd& operator=(const UniqueFd&) = delete;
    ~UniqueFd() { reset(); }

    int get() const { return m_fd; }
    BorrowedFd borrow() const { return BorrowedFd{m_fd}; }
    explicit operator bool() const { return m_fd >= 0; }

    /// Gives the descriptor away: the caller closes it.
    [[nodiscard]] int release() { return std::exchange(m_fd, -1); }

    void reset(int fd = -1)
    {
        if (m_fd >= 0)
            ::close(m_fd);
        m_fd = fd;
    }

private:
    int m_fd = -1;
};

} // namespace lamella
