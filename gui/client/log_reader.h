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
/// event loop; opens it again after rotation (the helper opens another file then, and all of this one is read).
class LogReader : public QObject {
    Q_OBJECT

public:
    static constexpr qint64 kTail = 4 * 1024 * 1024;
    static constexpr qint64 kPiece = 256 * 1024;
    static constexpr qint64 kEarlier = 1024 * 1024;
    static constexpr int kLongestLine = 64 * 1024;

    explicit LogReader(ContainerClient* container, QObject* parent = nullptr);
    ~LogReader() override;

    /// Begins, or goes on where it was. Without a log yet (it has never run) it waits for one.
    void start();
    /// Stops looking; keeps its place.
    void stop();

    /// How much of the log's beginning has been left out, because it is longer than kTail.
    qint64 skippedBytes() const { return m_begin; }
    /// Reads up to kEarlier bytes of what has been left out: earlierRead() for each piece, then earlierDone().
    void loadEarlier();

Q_SIGNALS:
    void linesRead(const std::vector<lamella::client::LogLine>& lines);
    /// The lines just before all that were read so far.
    void earlierRead(const std::vector<lamella::client::LogLine>& lines);
    void earlierDone();
    /// The beginning was left out: the log is longer than kTail.
    void beginningSkipped();
    void failed(const lamella::client::ClientError& error);

private:
    void open();
    void read();
    void readEarlier();
    void lookForRotation(qint64 size);
    void takeFile(Descriptor log);
    /// Where the first whole line at or behind `offset` begins.
    qint64 lineStart(qint64 offset) const;
    std::vector<LogLine> split(QByteArrayView piece);

    QPointer<ContainerClient> m_container;
    Descriptor m_log;
    Descriptor m_next; ///< what the log has become by rotation, until the end of m_log is read
    qint64 m_begin = 0; ///< of m_log: where the first line that was read begins
    qint64 m_earlierLeft = 0;
    int m_idleLooks = 0;
    qint64 m_offset = 0;
    QByteArray m_rest;
    QTimer m_timer;
    bool m_opening = false;
    bool m_first = true;
    bool m_skipToNewline = false;
};

} // namespace lamella::client
