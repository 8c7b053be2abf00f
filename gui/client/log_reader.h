// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/container_client.h"
#include "gui/client/descriptor.h"

#include <QByteArray>
#include <QObject>
#include <QPointer>
#include <QString>
#include <QTimer>

#include <vector>

namespace lamella::client {

/// One line of the log ("<RFC3339Nano> <stdout|stderr> <F|P> <text>"). A partial one (P) goes on in the next.
struct LogLine {
    qint64 timeUsec = 0;
    bool isError = false; ///< from stderr
    bool isPartial = false;
    QString text; ///< as written by the program: may hold escape sequences

    friend bool operator==(const LogLine&, const LogLine&) = default;
};

/// Parses one line without its newline; a line of another form becomes text as it is, with time 0.
LogLine parseLogLine(QByteArrayView line);

/// Follows a container's log file: from the last kTail bytes, then on as it grows, a bounded piece for each turn of the
/// event loop; opens it again after rotation (its link count has become 0 and all of it is read).
class LogReader : public QObject {
    Q_OBJECT

public:
    static constexpr qint64 kTail = 4 * 1024 * 1024;
    static constexpr qint64 kPiece = 256 * 1024;
    static constexpr int kLongestLine = 64 * 1024;

    explicit LogReader(ContainerClient* container, QObject* parent = nullptr);
    ~LogReader() override;

    /// Begins, or goes on where it was. Without a log yet (it has never run) it waits for one.
    void start();
    /// Stops looking; keeps its place.
    void stop();

Q_SIGNALS:
    void linesRead(const std::vector<lamella::client::LogLine>& lines);
    /// The beginning was left out: the log is longer than kTail.
    void beginningSkipped();
    void failed(const lamella::client::ClientError& error);

private:
    void open();
    void read();
    void rotate();
    std::vector<LogLine> split(QByteArrayView piece);

    QPointer<ContainerClient> m_container;
    Descriptor m_log;
    qint64 m_offset = 0;
    QByteArray m_rest;
    QTimer m_timer;
    bool m_opening = false;
    bool m_first = true;
    bool m_skipToNewline = false;
};

} // namespace lamella::client
