// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/counters.h"

#include "engine/base/compose.h"
#include "engine/cgroup/files.h"

#include <algorithm>
#include <charconv>
#include <fcntl.h>
#include <ranges>

namespace lamella::cgroup {

namespace {

template <class T>
T parsed(std::string_view text)
{
    T value{};
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// "12.34": a few digits on both sides. (from_chars(3) of a double is a large table in a small program.)
double decimal(std::string_view text)
{
    const auto point = std::min(text.find('.'), text.size());
    double unit = 1;
    double value = static_cast<double>(parsed<std::uint32_t>(text.substr(0, point)));
    for (const char digit : text.substr(std::min(point + 1, text.size())))
        value += (digit - '0') * (unit /= 10);
    return value;
}

/// "avg10=0.12 avg60=… avg300=… total=…" behind "some" or "full".
PressureLine pressureLine(const std::vector<std::string_view>& words)
{
    PressureLine line;
    for (const auto word : words) {
        const auto equals = word.find('=');
        if (equals == word.npos)
            continue;
        const auto name = word.substr(0, equals);
        const auto value = word.substr(equals + 1);
        if (name == "avg10")
            line.average10 = decimal(value);
        else if (name == "avg60")
            line.average60 = decimal(value);
        else if (name == "avg300")
            line.average300 = decimal(value);
        else if (name == "total")
            line.totalUsec = parsed<std::uint64_t>(value);
    }
    return line;
}

std::vector<std::string_view> splitAt(std::string_view text, std::string_view separators)
{
    std::vector<std::string_view> parts;
    while (true) {
        const auto start = text.find_first_not_of(separators);
        if (start == text.npos)
            return parts;
        text.remove_prefix(start);
        const auto end = std::min(text.find_first_of(separators), text.size());
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end);
    }
}

/// "2MB" of 2048: the largest unit that divides it.
std::string sizeName(std::uint64_t kibibytes)
{
    constexpr std::uint64_t kStep = 1024;
    if (kibibytes % (kStep * kStep) == 0)
        return compose("{}GB", kibibytes / (kStep * kStep));
    if (kibibytes % kStep == 0)
        return compose("{}MB", kibibytes / kStep);
    return compose("{}KB", kibibytes);
}

} // namespace

std::string CounterFiles::text(std::string_view file) const
{
    if (!m_tree)
        return {};
    return readAt(m_tree, compose("{}/{}", m_path, file)).value_or(std::string{});
}

std::uint64_t CounterFiles::number(std::string_view file) const
{
    if (!m_tree)
        return 0;
    return readNumberAt(m_tree, compose("{}/{}", m_path, file)).value_or(0);
}

std::optional<Pressure> CounterFiles::pressure(std::string_view file) const
{
    const std::string content = text(file);
    std::optional<Pressure> pressure;
    for (const auto line : linesOf(content)) {
        const auto words = wordsOf(line);
        if (words.empty())
            continue;
        if (!pressure)
            pressure.emplace();
        (words.front() == "full" ? pressure->full : pressure->some) = pressureLine(words);
    }
    return pressure;
}

std::vector<std::string_view> linesOf(std::string_view text)
{
    return splitAt(text, "\n");
}

std::vector<std::string_view> wordsOf(std::string_view line)
{
    return splitAt(line, " \t");
}

std::map<std::string, std::uint64_t> keyedNumbers(std::string_view text)
{
    std::map<std::string, std::uint64_t> numbers;
    for (const auto line : linesOf(text)) {
        if (const auto words = wordsOf(line); words.size() == 2)
            numbers.emplace(words[0], parsed<std::uint64_t>(words[1]));
    }
    return numbers;
}

std::vector<std::uint64_t> numbersOf(std::string_view text)
{
    std::vector<std::uint64_t> numbers;
    for (const auto word : splitAt(text, " \t\n"))
        numbers.push_back(parsed<std::uint64_t>(word));
    return numbers;
}

std::vector<std::uint16_t> numbersOfList(std::string_view text)
{
    std::vector<std::uint16_t> numbers;
    for (const auto part : splitAt(text, ",\n")) {
        const auto dash = part.find('-');
        const std::uint16_t first = parsed<std::uint16_t>(part);
        const std::uint16_t last = dash == part.npos ? first : parsed<std::uint16_t>(part.substr(dash + 1));
        for (unsigned number = first; number <= last; ++number)
            numbers.push_back(static_cast<std::uint16_t>(number));
    }
    return numbers;
}

std::uint64_t assignedNumber(const std::vector<std::string_view>& words, std::string_view name)
{
    for (const auto word : words) {
        if (word.size() > name.size() && word.starts_with(name) && word[name.size()] == '=')
            return parsed<std::uint64_t>(word.substr(name.size() + 1));
    }
    return 0;
}

bool readDevice(std::string_view word, BlockIoEntry& into)
{
    const auto colon = word.find(':');
    if (colon == word.npos || colon == 0)
        return false;
    into.major = parsed<std::uint64_t>(word);
    into.minor = parsed<std::uint64_t>(word.substr(colon + 1));
    return true;
}

std::vector<RdmaStatistics> rdmaOf(std::string_view text)
{
    std::vector<RdmaStatistics> devices;
    for (const auto line : linesOf(text)) {
        if (const auto words = wordsOf(line); words.size() > 1)
            devices.push_back(
                {std::string{words.front()}, assignedNumber(words, "hca_handle"), assignedNumber(words, "hca_object")});
    }
    return devices;
}

std::vector<std::string> hugepageSizes()
{
    constexpr std::string_view kPrefix = "hugepages-";
    std::vector<std::string> sizes;
    const auto names = childrenAt(BorrowedFd{AT_FDCWD}, "/sys/kernel/mm/hugepages");
    for (const auto& name : names.value_or(std::vector<std::string>{})) {
        if (name.starts_with(kPrefix))
            sizes.push_back(sizeName(parsed<std::uint64_t>(std::string_view{name}.substr(kPrefix.size()))));
    }
    return sizes;
}

} // namespace lamella::cgroup
