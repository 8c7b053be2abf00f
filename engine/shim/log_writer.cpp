// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/shim/log_writer.h"

#include "engine/base/log.h"

#include <cstring>
#include <fcntl.h>
#include <format>
#include <sys/stat.h>
#include <utility>

namespace lamella::shim {

namespace {

/// When so much has been put together it is written, so that rotation keeps to its limit.
constexpr std::size_t kWriteSize = 256 * 1024;

Result<UniqueFd> openLog(BorrowedFd directory, const std::string& name)
{
    UniqueFd file{
        ::openat(directory.get(), name.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!file)
        return systemFailure(std::format("cannot open the log {}", name));
    return file;
}

std::string_view streamName(Stream stream)
{
    return stream == Stream::Output ? " stdout " : " stderr ";
}

} // namespace

Result<LogWriter> LogWriter::open(const std::filesystem::path& file, Bytes limit)
{
    UniqueFd directory{::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!directory)
        return systemFailure(std::format("cannot open {}", file.parent_path().string()));
    UniqueFd log = TRY(openLog(directory.borrow(), file.filename()));
    return LogWriter{std::move(directory), std::move(log), file.filename(), limit};
}

LogWriter::LogWriter(UniqueFd directory, UniqueFd file, std::string name, Bytes limit)
    : m_directory(std::move(directory))
    , m_file(std::move(file))
    , m_name(std::move(name))
    , m_limit(limit.value)
{
    struct stat status{};
    if (::fstat(m_file.get(), &status) == 0)
        m_size = static_cast<std::uint64_t>(status.st_size);
}

void LogWriter::append(Stream stream, std::string_view bytes, const timespec& now)
{
    Line& line = m_lines[static_cast<std::size_t>(std::to_underlying(stream))];
    while (!bytes.empty()) {
        const std::size_t end = bytes.find('\n');
        const std::size_t length = std::min({end, bytes.size(), kMaxText - line.text.size()});
        const std::string_view piece = bytes.substr(0, length);
        if (length == end && line.text.empty()) {
            emit(stream, 'F', piece, now);
        } else {
            if (line.text.empty())
                line.begun = now;
            line.text += piece;
            if (length == end) {
                emit(stream, 'F', line.text, line.begun);
                line.text.clear();
            } else if (line.text.size() == kMaxText) {
                emitPartial(stream);
            }
        }
        bytes.remove_prefix(length + (length == end ? 1 : 0));
    }
    writeOut();
}

bool LogWriter::hasPartial() const
{
    return !m_lines[0].text.empty() || !m_lines[1].text.empty();
}

void LogWriter::flushPartial()
{
    emitPartial(Stream::Output);
    emitPartial(Stream::Error);
    writeOut();
}

void LogWriter::emitPartial(Stream stream)
{
    Line& line = m_lines[static_cast<std::size_t>(std::to_underlying(stream))];
    if (line.text.empty())
        return;
    emit(stream, 'P', line.text, line.begun);
    line.text.clear();
}

void LogWriter::emit(Stream stream, char tag, std::string_view text, const timespec& when)
{
    m_out += timestamp(when);
    m_out += streamName(stream);
    m_out += tag;
    m_out += ' ';
    m_out += text;
    m_out += '\n';
    if (m_out.size() >= kWriteSize)
        writeOut();
}

const std::string& LogWriter::timestamp(const timespec& when)
{
    if (when.tv_sec != m_timestampOf.tv_sec || when.tv_nsec != m_timestampOf.tv_nsec) {
        std::tm utc{};
        ::gmtime_r(&when.tv_sec, &utc);
        m_timestamp = std::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:09}Z", utc.tm_year + 1900, utc.tm_mon + 1,
                                  utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, when.tv_nsec);
        m_timestampOf = when;
    }
    return m_timestamp;
}

void LogWriter::writeOut()
{
    if (m_out.empty())
        return;
    if (m_size > 0 && m_size + m_out.size() > m_limit)
        rotate();
    if (m_lostBytes > 0)
        noteLoss();
    if (!writeAll(m_out))
        m_lostBytes += m_out.size();
    m_out.clear();
}

void LogWriter::rotate()
{
    const std::string old = m_name + ".1";
    if (::renameat(m_directory.get(), m_name.c_str(), m_directory.get(), old.c_str()) != 0) {
        log::warning("cannot rotate the log: {}", std::strerror(errno));
        return;
    }
    if (auto fresh = openLog(m_directory.borrow(), m_name)) {
        m_file = std::move(*fresh);
        m_size = 0;
    } else {
        log::warning("cannot rotate the log: {}", fresh.error().message);
        ::renameat(m_directory.get(), old.c_str(), m_directory.get(), m_name.c_str());
    }
}

/// All of `bytes` or none of them: what a failed write has left is taken back, so that the log has whole lines only.
bool LogWriter::writeAll(std::string_view bytes)
{
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t written = ::write(m_file.get(), bytes.data() + done, bytes.size() - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0) {
            if (m_lostBytes == 0)
                log::warning("cannot write the log: {}", std::strerror(errno));
            if (done > 0 && ::ftruncate(m_file.get(), static_cast<off_t>(m_size)) != 0)
                m_size += done;
            return false;
        }
        done += static_cast<std::size_t>(written);
    }
    m_size += done;
    return true;
}

void LogWriter::noteLoss()
{
    timespec now{};
    ::clock_gettime(CLOCK_REALTIME, &now);
    const std::string note = std::format("{} stderr F [lamella: {} bytes of the log could not be written here]\n",
                                         timestamp(now), m_lostBytes);
    if (writeAll(note))
        m_lostBytes = 0;
}

} // namespace lamella::shim
