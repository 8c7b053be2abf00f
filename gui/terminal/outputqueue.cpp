// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/terminal/outputqueue.h"

#include <QSocketNotifier>

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>

namespace lamella::terminal {

OutputQueue::OutputQueue(int fd, QObject* parent)
    : QObject(parent)
    , m_fd(fd)
    , m_writable(new QSocketNotifier(fd, QSocketNotifier::Write, this))
{
    ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);
    m_writable->setEnabled(false);
    connect(m_writable, &QSocketNotifier::activated, this, &OutputQueue::flush);
}

void OutputQueue::write(QByteArrayView bytes)
{
    if (m_failed)
        return;
    m_bytes.append(bytes);
    flush();
}

void OutputQueue::flush()
{
    while (waiting() > 0) {
        const ssize_t written = ::write(m_fd, m_bytes.constData() + m_taken, static_cast<std::size_t>(waiting()));
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0 && errno != EAGAIN) {
            m_failed = true;
            m_bytes.clear();
            m_taken = 0;
            m_writable->setEnabled(false);
            Q_EMIT failed(errno);
            return;
        }
        if (written <= 0)
            break;
        m_taken += written;
    }
    // Moving the rest to the front for each small write would make a long paste quadratic.
    if (waiting() == 0 || m_taken > kHighWater) {
        m_bytes.remove(0, m_taken);
        m_taken = 0;
    }
    m_writable->setEnabled(waiting() > 0);
    m_wasFull = m_wasFull || isFull();
    if (m_wasFull && waiting() <= kLowWater) {
        m_wasFull = false;
        Q_EMIT drained();
    }
}

} // namespace lamella::terminal
