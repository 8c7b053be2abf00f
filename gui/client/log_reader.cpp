// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/log_reader.h"

#include <QDateTime>
#include <QTimeZone>

#include <algorithm>
#include <chrono>
#include <sys/stat.h>
#include <unistd.h>

namespace lamella::client {

using namespace std::chrono_literals;

namespace {

constexpr auto kLook = 250ms; ///< how often an idle log is looked at
/// After so many looks in vain the helper is asked whether the log is another file now; a small one is not rotated.
constexpr int kPatience = 8;
constexpr qint64 kRotated = 512 * 1024;

bool isSameFile(const Descriptor& one, const Descriptor& other)
{
    struct stat first{};
    struct stat second{};
    return ::fstat(one.get(), &first) == 0 && ::fstat(other.get(), &second) == 0 && first.st_dev == second.st_dev
        && first.st_ino == second.st_ino;
}

/// µs since 1970 of "2026-01-31T12:00:00.123456789Z"; 0 where it is not one.
qint64 parseTime(QByteArrayView text)
{
    // QDateTime knows milliseconds only; the fraction is read apart.
    const qsizetype dot = text.indexOf('.');
    const QByteArrayView whole = dot < 0 ? text : text.first(dot);
    QDateTime time
        = QDateTime::fromString(QString::fromLatin1(whole.first(std::min<qsizetype>(whole.size(), 19))), Qt::ISODate);
    if (!time.isValid())
        return 0;
    time.setTimeZone(QTimeZone::UTC);
    qint64 usec = time.toMSecsSinceEpoch() * 1000;
    if (dot < 0)
        return usec;
    qint64 weight = 100'000;
    for (const char digit : text.sliced(dot + 1)) {
        if (digit < '0' || digit > '9')
            break;
        usec += weight * (digit - '0');
        weight /= 10;
    }
    return usec;
}

} // namespace

LogLine parseLogLine(QByteArrayView line)
{
    const qsizetype first = line.indexOf(' ');
    const qsizetype second = first < 0 ? -1 : line.indexOf(' ', first + 1);
    const qsizetype third = second < 0 ? -1 : line.indexOf(' ', second + 1);
    if (third < 0)
        return {0, false, false, QString::fromUtf8(line)};
    const QByteArrayView stream = line.sliced(first + 1, second - first - 1);
    const QByteArrayView tag = line.sliced(second + 1, third - second - 1);
    if ((stream != "stdout" && stream != "stderr") || (tag != "F" && tag != "P"))
        return {0, false, false, QString::fromUtf8(line)};
    return {parseTime(line.first(first)), stream == "stderr", tag == "P", QString::fromUtf8(line.sliced(third + 1))};
}

LogReader::LogReader(ContainerClient* container, QObject* parent)
    : QObject(parent)
    , m_container(container)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &LogReader::read);
}

LogReader::~LogReader() = default;

void LogReader::start()
{
    m_timer.start(0ms);
}

void LogReader::stop()
{
    m_timer.stop();
}

void LogReader::open()
{
    if (m_opening || !m_container)
        return;
    m_opening = true;
    m_container->openLog().then(this, [this](Outcome<Descriptor> log) {
        m_opening = false;
        if (log) {
            takeFile(std::move(*log));
            m_timer.start(0ms);
            return;
        }
        // It has never run, or the helper is away: both may change.
        if (log.error().kind != ErrorKind::NotFound && log.error().kind != ErrorKind::HelperGone)
            Q_EMIT failed(log.error());
        m_timer.start(1s);
    });
}

void LogReader::read()
{
    if (!m_log.isValid()) {
        open();
        return;
    }
    struct stat status{};
    if (::fstat(m_log.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        Q_EMIT failed({ErrorKind::Malformed, tr("The log cannot be read.")});
        return;
    }
    if (m_first && status.st_size > kTail) {
        m_offset = lineStart(status.st_size - kTail);
        m_begin = m_offset;
        Q_EMIT beginningSkipped();
    }
    m_first = false;
    QByteArray piece(kPiece, Qt::Uninitialized);
    const ssize_t got = ::pread(m_log.get(), piece.data(), kPiece, m_offset);
    if (got <= 0) {
        if (m_next.isValid())
            takeFile(std::exchange(m_next, {}));
        else
            lookForRotation(status.st_size);
        m_timer.start(kLook);
        return;
    }
    m_idleLooks = 0;
    m_offset += got;
    const std::vector<LogLine> lines = split(QByteArrayView(piece).first(got));
    if (!lines.empty())
        Q_EMIT linesRead(lines);
    m_timer.start(got == kPiece ? 0ms : kLook);
}

void LogReader::takeFile(Descriptor log)
{
    m_log = std::move(log);
    m_offset = 0;
    m_begin = 0;
    m_rest.clear();
    m_skipToNewline = false;
}

void LogReader::lookForRotation(qint64 size)
{
    if (++m_idleLooks < kPatience || size < kRotated || m_opening || !m_container)
        return;
    m_idleLooks = 0;
    m_opening = true;
    m_container->openLog().then(this, [this](Outcome<Descriptor> log) {
        m_opening = false;
        // What was written to the old file before it was renamed is still read from it.
        if (log && !isSameFile(*log, m_log))
            m_next = std::move(*log);
    });
}

qint64 LogReader::lineStart(qint64 offset) const
{
    QByteArray piece(kLongestLine, Qt::Uninitialized);
    const ssize_t got = ::pread(m_log.get(), piece.data(), kLongestLine, offset);
    const qsizetype end = got > 0 ? QByteArrayView(piece).first(got).indexOf('\n') : -1;
    return end < 0 ? offset : offset + end + 1;
}

void LogReader::loadEarlier()
{
    m_earlierLeft = kEarlier;
    readEarlier();
}

void LogReader::readEarlier()
{
    const qint64 from = std::max<qint64>(0, m_begin - kPiece);
    const qint64 aligned = from == 0 ? 0 : lineStart(from);
    const qint64 begin = aligned < m_begin ? aligned : from;
    QByteArray piece(m_begin - begin, Qt::Uninitialized);
    if (piece.isEmpty()
        || ::pread(m_log.get(), piece.data(), static_cast<std::size_t>(piece.size()), begin) != piece.size()) {
        m_begin = 0;
        Q_EMIT earlierDone();
        return;
    }
    std::vector<LogLine> lines;
    for (QByteArrayView left = piece; !left.isEmpty();) {
        const qsizetype end = left.indexOf('\n');
        lines.push_back(parseLogLine(left.first(std::min<qsizetype>(end < 0 ? left.size() : end, kLongestLine))));
        left = left.sliced(end < 0 ? left.size() : end + 1);
    }
    m_begin = begin;
    m_earlierLeft -= piece.size();
    Q_EMIT earlierRead(lines);
    if (m_begin > 0 && m_earlierLeft > 0)
        QTimer::singleShot(0ms, this, &LogReader::readEarlier);
    else
        Q_EMIT earlierDone();
}

std::vector<LogLine> LogReader::split(QByteArrayView piece)
{
    m_rest.append(piece);
    std::vector<LogLine> lines;
    QByteArrayView left = m_rest;
    for (qsizetype end = left.indexOf('\n'); end >= 0; end = left.indexOf('\n')) {
        if (!std::exchange(m_skipToNewline, false))
            lines.push_back(parseLogLine(left.first(std::min<qsizetype>(end, kLongestLine))));
        left = left.sliced(end + 1);
    }
    m_rest = left.toByteArray();
    // A file that is no log of ours may hold no newline at all: its line is cut.
    if (m_rest.size() > kLongestLine) {
        if (!m_skipToNewline)
            lines.push_back(parseLogLine(QByteArrayView(m_rest).first(kLongestLine)));
        m_rest.clear();
        m_skipToNewline = true;
    }
    return lines;
}

} // namespace lamella::client
