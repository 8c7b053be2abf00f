// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <cstdlib>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace lamella::log {

namespace {

spdlog::level::level_enum spdlogLevel(Level level)
{
    constexpr std::array kLevels{spdlog::level::trace, spdlog::level::debug, spdlog::level::info,
                                 spdlog::level::warn,  spdlog::level::err,   spdlog::level::off};
    return kLevels[static_cast<std::size_t>(std::to_underlying(level))];
}

/// $JOURNAL_STREAM names the journal's socket by device and inode (systemd.exec(5)).
bool isJournal(int fd)
{
    const char* stream = std::getenv("JOURNAL_STREAM");
    struct stat status{};
    return stream != nullptr && ::fstat(fd, &status) == 0 && compose("{}:{}", status.st_dev, status.st_ino) == stream;
}

/// "<3>message": the journal adds time, program and PID itself, and takes the priority from the line (sd-daemon(3)).
class JournalFormatter final : public spdlog::formatter {
public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override
    {
        constexpr std::array kPriorities{'7', '7', '6', '4', '3', '2', '7'};
        line.append("<").push_back(kPriorities.at(static_cast<std::size_t>(message.level)));
        line.append(">").append(message.payload.data(), message.payload.size()).append("\n");
    }
    std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<JournalFormatter>(); }
};

void writeWithSpdlog(Level level, std::string_view message)
{
    spdlog::default_logger_raw()->log(spdlogLevel(level), message);
}

} // namespace

void setup(std::string_view program, Level level)
{
    auto logger = spdlog::stderr_logger_mt(std::string{program});
    if (isJournal(STDERR_FILENO))
        logger->set_formatter(std::make_unique<JournalFormatter>());
    else
        logger->set_pattern("%Y-%m-%dT%H:%M:%S.%f %n[%P] %l: %v");
    logger->set_level(spdlogLevel(level));
    spdlog::set_default_logger(std::move(logger));
    setWriter(writeWithSpdlog, level);
}

} // namespace lamella::log
