// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>

namespace lamella::os {

Result<UniqueFd> openTerminalPeer(BorrowedFd master)
{
    const int fd = ::ioctl(master.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return systemFailure("cannot open the terminal of a PTY");
    return UniqueFd{fd};
}

Result<void> setWindowSize(BorrowedFd terminal, WindowSize size)
{
    winsize window{};
    window.ws_row = size.rows;
    window.ws_col = size.columns;
    if (::ioctl(terminal.get(), TIOCSWINSZ, &window) != 0)
        return systemFailure("cannot set the size of a terminal");
    return {};
}

Result<WindowSize> windowSize(BorrowedFd terminal)
{
    winsize window{};
    if (::ioctl(terminal.get(), TIOCGWINSZ, &window) != 0)
        return systemFailure("cannot read the size of a terminal");
    return WindowSize{window.ws_row, window.ws_col};
}

bool isTerminalMaster(BorrowedFd file)
{
    unsigned number = 0;
    return ::ioctl(file.get(), TIOCGPTN, &number) == 0;
}

Result<RawMode> RawMode::enter(BorrowedFd terminal)
{
    termios saved{};
    if (::tcgetattr(terminal.get(), &saved) != 0)
        return systemFailure("cannot read the settings of a terminal");
    termios raw = saved;
    ::cfmakeraw(&raw);
    raw.c_oflag |= OPOST; // a line that ends with "\n" alone goes to the margin all the same
    if (::tcsetattr(terminal.get(), TCSANOW, &raw) != 0)
        return systemFailure("cannot change the settings of a terminal");
    return RawMode{terminal, saved};
}

RawMode::~RawMode()
{
    if (m_terminal)
        ::tcsetattr(m_terminal.get(), TCSANOW, &m_saved);
}

} // namespace lamella::os
