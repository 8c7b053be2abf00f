// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/log.h"

#include <array>
#include <unistd.h>
#include <utility>

namespace lamella::log {

namespace {

constexpr std::array<std::string_view, 6> kNames{"trace", "debug", "info", "warning", "error", "off"};

/// What is written before anybody has said how.
void writePlainly(Level, std::string_view message)
{
    std::string line{message};
    line += '\n';
    std::ignore = ::write(STDERR_FILENO, line.data(), line.size());
}

Writer currentWriter = writePlainly;
Level lowestLevel = Level::Info;

} // namespace

std::string_view nameOf(Level level)
{
    return kNames[static_cast<std::size_t>(std::to_underlying(level))];
}

Result<Level> levelFromName(std::string_view name)
{
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (kNames[i] == name)
            return static_cast<Level>(i);
    }
    return failure(ErrorKind::InvalidArgument,
                   compose("'{}' is not a log level; use trace, debug, info, warning, error or off", name));
}

void setWriter(Writer writer, Level level)
{
    currentWriter = writer;
    lowestLevel = level;
}

bool enabled(Level level)
{
    return level >= lowestLevel;
}

void write(Level level, std::string_view message)
{
    if (enabled(level))
        currentWriter(level, message);
}

} // namespace lamella::log
