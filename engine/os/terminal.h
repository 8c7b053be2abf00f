// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <cstdint>
#include <termios.h>

/// Pseudo terminals: pty(7), ioctl_tty(2).
namespace lamella::os {

struct WindowSize {
    std::uint16_t rows = 0;
    std::uint16_t columns = 0;
};

/// The slave of a PTY's master, opened without a path (TIOCGPTPEER), so that nothing that is mounted over /dev/pts can
/// stand in for it. It does not become the controlling terminal.
Result<UniqueFd> openTerminalPeer(BorrowedFd master);

Result<void> setWindowSize(BorrowedFd terminal, WindowSize size);
Result<WindowSize> windowSize(BorrowedFd terminal);

/// True for the master side of a PTY.
bool isTerminalMaster(BorrowedFd file);

/// A terminal in raw mode that gets its old settings back when this object goes. Move-only.
class RawMode {
public:
    static Result<RawMode> enter(BorrowedFd terminal);

    RawMode(RawMode&& other) noexcept
        : m_terminal(other.m_terminal)
        , m_saved(other.m_saved)
    {
        other.m_terminal = {};
    }
    RawMode& operator=(RawMode&&) = delete;
    ~RawMode();

private:
    RawMode(BorrowedFd terminal, const termios& saved)
        : m_terminal(terminal)
        , m_saved(saved)
    {
    }

    BorrowedFd m_terminal;
    termios m_saved;
};

} // namespace lamella::os
