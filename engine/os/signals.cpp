// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/signals.h"

#include "engine/base/compose.h"

#include <charconv>
#include <csignal>
#include <cstring>
#include <optional>

namespace lamella::os {

namespace {

std::optional<int> wholeNumber(std::string_view text)
{
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 0)
        return {};
    return number;
}

/// "RTMIN", "RTMIN+3", "RTMAX-2".
std::optional<int> realTime(std::string_view name)
{
    const bool fromMin = name.starts_with("RTMIN");
    if (!fromMin && !name.starts_with("RTMAX"))
        return {};
    std::string_view rest = name.substr(5);
    int away = 0;
    if (!rest.empty()) {
        const auto number = wholeNumber(rest.substr(1));
        if (rest.front() != (fromMin ? '+' : '-') || !number || *number > SIGRTMAX - SIGRTMIN)
            return {};
        away = *number;
    }
    return fromMin ? SIGRTMIN + away : SIGRTMAX - away;
}

} // namespace

Result<int> signalNumber(std::string_view text)
{
    if (const auto number = wholeNumber(text); number && *number > 0 && *number <= SIGRTMAX)
        return *number;
    const std::string_view name = text.starts_with("SIG") ? text.substr(3) : text;
    if (const auto number = realTime(name))
        return *number;
    for (int signal = 1; signal < 32; ++signal) {
        const char* known = ::sigabbrev_np(signal);
        if (known != nullptr && name == known)
            return signal;
    }
    return failure(ErrorKind::InvalidArgument, compose("there is no signal {}", text));
}

} // namespace lamella::os
