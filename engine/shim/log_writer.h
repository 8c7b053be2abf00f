// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/base/units.h"

#include <array>
#include <ctime>
#include <filesystem>
#include <string>
#include <string_view>

namespace lamella::shim {

enum class Stream { Output, Error };

/// Writes a container's log in the CRI format (Kubernetes, KEP "kubelet CRI logging": `<RFC3339Nano> <stdout|stderr>
/// <F|P> <text>`), bytes as they are. A line longer than kMaxText, or one whose end has not come yet when
/// flushPartial() is called, is written in parts tagged P that end with one tagged F. When a file would grow over the
/// limit it becomes <log>.1 (the one before is given up) and a new one is begun, always between two lines of the log.
/// A log that cannot be written (a full disk) never stops the container: what is lost is counted, and said in the log
/// as soon as it can be written again.
class LogWriter {
public:
    static constexpr std::size_t kMaxText = 16 * 1024;
    static constexpr Bytes kDefaultLimit = 10_MiB;

    /// Opens `file` for appending, made with mode 0600 where it is not there. Errors: those of open(2).
    static Result<LogWriter> open(const std::filesystem::path& file, Bytes limit = kDefaultLimit);

    /// Takes what the program has written. `now`: CLOCK_REALTIME.
    void append(Stream stream, std::string_view bytes, const timespec& now);

    /// Whether a line has been begun whose end has not come.
    bool hasPartial() const;

    /// Writes begun lines as P.
    void flushPartial();

private:
    struct Line {
        std::string text;
        timespec begun{};
    };

    LogWriter(UniqueFd directory, UniqueFd file, std::string name, Bytes limit);

    void emit(Stream stream, char tag, std::string_view text, const timespec& when);
    void emitPartial(Stream stream);
    void writeOut();
    void rotate();
    bool writeAll(std::string_view bytes);
    void noteLoss();
    const std::string& timestamp(const timespec& when);

    UniqueFd m_directory;
    UniqueFd m_file;
    std::string m_name;
    std::uint64_t m_limit;
    std::uint64_t m_size = 0;
    std::uint64_t m_lostBytes = 0;
    std::array<Line, 2> m_lines;
    std::string m_out;
    std::string m_timestamp;
    timespec m_timestampOf{-1, 0};
};

} // namespace lamella::shim
