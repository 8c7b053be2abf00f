// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <csignal>
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lamella::test {

/// A process that exchanges two names for as long as this lives, as a process of another container would that shares a
/// volume or an image with the one that starts.
class Swapper {
public:
    Swapper(const QByteArray& first, const QByteArray& second)
        : m_pid(::fork())
    {
        if (m_pid != 0)
            return;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (::renameat2(AT_FDCWD, first.constData(), AT_FDCWD, second.constData(), RENAME_EXCHANGE) == 0) { }
        ::_exit(1);
    }
    ~Swapper()
    {
        if (m_pid <= 0)
            return;
        ::kill(m_pid, SIGKILL);
        ::waitpid(m_pid, nullptr, 0);
    }
    Q_DISABLE_COPY_MOVE(Swapper)

    /// Whether it could swap until now.
    bool isSwapping() const { return m_pid > 0 && ::waitpid(m_pid, nullptr, WNOHANG) == 0; }

private:
    pid_t m_pid;
};

} // namespace lamella::test
