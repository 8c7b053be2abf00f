// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/log.h"

#include <nlohmann/json.hpp>

#include <array>
#include <ctime>
#include <unistd.h>

namespace lamella::log {

namespace {

BorrowedFd lineFile;
Format lineFormat = Format::Text;

/// As a JSON string, in which a byte that is not UTF-8 is replaced.
std::string quoted(std::string_view text)
{
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string now()
{
    const std::time_t time = std::time(nullptr);
    std::tm utc{};
    ::gmtime_r(&time, &utc);
    std::array<char, 32> text;
    return {text.data(), std::strftime(text.data(), text.size(), "%FT%TZ", &utc)};
}

void writeLine(Level level, std::string_view message)
{
    const std::string line = lineFormat == Format::Json
        ? compose("{{\"level\":\"{}\",\"msg\":{},\"time\":\"{}\"}}\n", nameOf(level), quoted(message), now())
        : compose("time=\"{}\" level={} msg={}\n", now(), nameOf(level), quoted(message));
    // There is nobody to tell that the log cannot be written.
    std::ignore = ::write(lineFile.get(), line.data(), line.size());
}

} // namespace

void setupLines(Level level, BorrowedFd file, Format format)
{
    lineFile = file;
    lineFormat = format;
    setWriter(writeLine, level);
}

} // namespace lamella::log
