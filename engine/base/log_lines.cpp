// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/log_lines.h"

#include <nlohmann/json.hpp>
#include <spdlog/sinks/base_sink.h>

#include <array>
#include <chrono>
#include <format>
#include <mutex>
#include <unistd.h>

namespace lamella::log {

namespace {

/// logrus's words, in the order of spdlog's levels.
constexpr std::array<std::string_view, 7> kWords{"trace", "debug", "info", "warning", "error", "fatal", "off"};

/// As a JSON string, in which a byte that is not UTF-8 is replaced.
std::string quoted(std::string_view text)
{
    return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

class LineSink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    LineSink(UniqueFd file, Format format)
        : m_file(std::move(file))
        , m_format(format)
    {
    }

private:
    void sink_it_(const spdlog::details::log_msg& message) override
    {
        const auto time = std::format("{:%FT%TZ}", std::chrono::floor<std::chrono::seconds>(message.time));
        const std::string text = quoted({message.payload.data(), message.payload.size()});
        const std::string_view level = kWords.at(static_cast<std::size_t>(message.level));
        const std::string line = m_format == Format::Json
            ? std::format("{{\"level\":\"{}\",\"msg\":{},\"time\":\"{}\"}}\n", level, text, time)
            : std::format("time=\"{}\" level={} msg={}\n", time, level, text);
        // There is nobody to tell that the log cannot be written.
        std::ignore = ::write(m_file.get(), line.data(), line.size());
    }
    void flush_() override { }

    UniqueFd m_file;
    Format m_format;
};

} // namespace

std::shared_ptr<spdlog::sinks::sink> makeLineSink(UniqueFd file, Format format)
{
    return std::make_shared<LineSink>(std::move(file), format);
}

} // namespace lamella::log
