// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/terminal/terminalstream.h"

#include <QSocketNotifier>

#include <array>
#include <cerrno>
#include <sys/ioctl.h>
#include <unistd.h>

namespace lamella::terminal {

TerminalStream::TerminalStream(int fd, QObject* parent)
    : QObject(parent)
    , m_fd(fd)
    , m_queue(new OutputQueue(fd, this))
    , m_readable(new QSocketNotifier(fd, QSocketNotifier::Read, this))
{
    connect(m_readable, &QSocketNotifier::activated, this, &TerminalStream::read);
}

TerminalStream::~TerminalStream()
{
    // The notifiers watch the descriptor: they go before it does.
    delete m_readable;
    delete m_queue;
    ::close(m_fd);
}

void TerminalStream::write(QByteArrayView bytes)
{
    if (!m_finished)
        m_queue->write(bytes);
}

void TerminalStream::setReading(bool reading)
{
    m_readable->setEnabled(reading && !m_finished);
}

bool TerminalStream::setWindowSize(int rows, int columns)
{
    winsize size{};
    size.ws_row = static_cast<unsigned short>(qBound(1, rows, 0xffff));
    size.ws_col = static_cast<unsigned short>(qBound(1, columns, 0xffff));
    return ::ioctl(m_fd, TIOCSWINSZ, &size) == 0;
}

void TerminalStream::read()
{
    std::array<char, 64 * 1024> buffer;
    const ssize_t length = ::read(m_fd, buffer.data(), buffer.size());
    if (length > 0) {
        Q_EMIT received(QByteArray(buffer.data(), length));
        return;
    }
    // A PTY master whose last slave was closed answers EIO (pts(4)), a socket 0.
    if (length == 0 || (errno != EAGAIN && errno != EINTR))
        finish();
}

void TerminalStream::finish()
{
    if (m_finished)
        return;
    m_finished = true;
    m_readable->setEnabled(false);
    Q_EMIT closed();
}

} // namespace lamella::terminal
