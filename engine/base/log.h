// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/compose.h"
#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <string_view>

/// The program's own log. Never called between clone and exec (it locks and allocates).
namespace lamella::log {

enum class Level { Trace, Debug, Info, Warning, Error, Off };

/// Reads a `--log-level` argument: trace, debug, info, warning, error or off.
Result<Level> levelFromName(std::string_view name);

std::string_view nameOf(Level level);

/// Gets each message that is written. Any thread.
using Writer = void (*)(Level level, std::string_view message);

/// Sets who writes, and the lowest level that is written. Called once, first thing in main(), by one of the two below.
void setWriter(Writer writer, Level level);

/// Writes through spdlog to standard error, with the program's name in each line. A program that does not call it is
/// linked without spdlog.
void setup(std::string_view program, Level level);

/// How setupLines() writes: time="…" level=error msg="…", or {"level":"error","msg":"…","time":"…"}. These are the
/// lines of logrus, which the callers of container runtimes read.
enum class Format { Text, Json };

/// For a runtime's log: each message is one line, written at once to `file`, which should be open for appending and
/// stays open.
void setupLines(Level level, BorrowedFd file, Format format);

bool enabled(Level level);
void write(Level level, std::string_view message);

template <class... Args>
void debug(ComposeFormat<Args...> text, const Args&... args)
{
    if (enabled(Level::Debug))
        write(Level::Debug, compose(text, args...));
}

template <class... Args>
void info(ComposeFormat<Args...> text, const Args&... args)
{
    if (enabled(Level::Info))
        write(Level::Info, compose(text, args...));
}

template <class... Args>
void warning(ComposeFormat<Args...> text, const Args&... args)
{
    if (enabled(Level::Warning))
        write(Level::Warning, compose(text, args...));
}

template <class... Args>
void error(ComposeFormat<Args...> text, const Args&... args)
{
    if (enabled(Level::Error))
        write(Level::Error, compose(text, args...));
}

} // namespace lamella::log
