// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <utility>

namespace lamella::log {

namespace {

constexpr std::array<std::string_view, 6> kNames{"trace", "debug", "info", "warning", "error", "off"};

spdlog::level::level_enum spdlogLevel(Level level)
{
    constexpr std::array kLevels{spdlog::level::trace, spdlog::level::debug, spdlog::level::info,
                                 spdlog::level::warn,  spdlog::level::err,   spdlog::level::off};
    return kLevels[static_cast<std::size_t>(std::to_underlying(level))];
}

} // namespace

Result<Level> levelFromName(std::string_view name)
{
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (kNames[i] == name)
            return static_cast<Level>(i);
    }
    return failure(ErrorKind::InvalidArgument,
                   std::format("'{}' is not a log level; use trace, debug, info, warning, error or off", name));
}

void setup(std::string_view program, Level level)
{
    auto logger = spdlog::stderr_logger_mt(std::string{program});
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%f %n[%P] %l: %v");
    logger->set_level(spdlogLevel(level));
    spdlog::set_default_logger(std::move(logger));
}

bool enabled(Level level)
{
    return spdlog::default_logger_raw()->should_log(spdlogLevel(level));
}

void write(Level level, std::string_view message)
{
    spdlog::default_logger_raw()->log(spdlogLevel(level), message);
}

} // namespace lamella::log
