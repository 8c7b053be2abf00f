// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <format>
#include <string_view>

/// The program's own log, through spdlog to standard error or a file. Never called between clone and exec (it locks and
/// allocates).
namespace lamella::log {

enum class Level { Trace, Debug, Info, Warning, Error, Off };

/// Reads a `--log-level` argument: trace, debug, info, warning, error or off.
Result<Level> levelFromName(std::string_view name);

/// Names the program in each line and sets the lowest level that is written. Called once, first thing in main().
void setup(std::string_view program, Level level);

/// How setupLines() writes: time="…" level=error msg="…", or {"level":"error","msg":"…","time":"…"}. These are the
/// lines of logrus, which the callers of container runtimes read.
enum class Format { Text, Json };

/// setup() for a runtime's log: each message is one line, written at once to `file`, which should be open for
/// appending.
void setupLines(Level level, UniqueFd file, Format format);

bool enabled(Level level);
void write(Level level, std::string_view message);

template <class... Args>
void debug(std::format_string<Args...> text, Args&&... args)
{
    if (enabled(Level::Debug))
        write(Level::Debug, std::format(text, std::forward<Args>(args)...));
}

template <class... Args>
void info(std::format_string<Args...> text, Args&&... args)
{
    if (enabled(Level::Info))
        write(Level::Info, std::format(text, std::forward<Args>(args)...));
}

template <class... Args>
void warning(std::format_string<Args...> text, Args&&... args)
{
    if (enabled(Level::Warning))
        write(Level::Warning, std::format(text, std::forward<Args>(args)...));
}

template <class... Args>
void error(std::format_string<Args...> text, Args&&... args)
{
    if (enabled(Level::Error))
        write(Level::Error, std::format(text, std::forward<Args>(args)...));
}

} // namespace lamella::log
