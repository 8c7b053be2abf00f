// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>

class QSocketNotifier;

namespace lamella::terminal {

/// Writes bytes to a descriptor without ever blocking: what the other side does not take now waits here and goes out
/// when it can. The descriptor is borrowed, is made non-blocking, and must outlive the queue.
class OutputQueue final : public QObject {
    Q_OBJECT
public:
    /// From here on the giver should stop (back pressure); drained() says when to go on.
    static constexpr qsizetype kHighWater = 256 * 1024;
    static constexpr qsizetype kLowWater = 64 * 1024;

    explicit OutputQueue(int fd, QObject* parent = nullptr);

    void write(QByteArrayView bytes);
    qsizetype waiting() const { return m_bytes.size() - m_taken; }
    bool isFull() const { return waiting() >= kHighWater; }

Q_SIGNALS:
    /// It was full and has room again.
    void drained();
    /// The other side is gone; nothing more is written.
    void failed(int errnum);

private:
    void flush();

    int m_fd;
    QByteArray m_bytes;
    qsizetype m_taken = 0;
    bool m_wasFull = false;
    bool m_failed = false;
    QSocketNotifier* m_writable;
};

} // namespace lamella::terminal
