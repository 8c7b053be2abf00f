// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/terminal/outputqueue.h"

#include <QObject>

class QSocketNotifier;

namespace lamella::terminal {

/// The far end of a terminal: a PTY master or a stream socket, read and written without blocking.
class TerminalStream final : public QObject {
    Q_OBJECT
public:
    /// Owns `fd` from now on.
    explicit TerminalStream(int fd, QObject* parent = nullptr);
    ~TerminalStream() override;

    void write(QByteArrayView bytes);
    /// Whether reading goes on; the program's output waits in the kernel while it does not.
    void setReading(bool reading);
    /// Tells a PTY its size (TIOCSWINSZ); false where the descriptor is no terminal.
    bool setWindowSize(int rows, int columns);

Q_SIGNALS:
    void received(const QByteArray& bytes);
    /// The other side has closed; nothing more comes.
    void closed();

private:
    void read();
    void finish();

    int m_fd;
    bool m_finished = false;
    OutputQueue* m_queue;
    QSocketNotifier* m_readable;
};

} // namespace lamella::terminal
