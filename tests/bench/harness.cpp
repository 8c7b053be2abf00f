// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/harness.h"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <print>
#include <span>
#include <thread>

namespace lamella::bench {

namespace {

struct Row {
    std::string name;
    std::vector<Sample> samples;

    double quantile(double q) const
    {
        std::vector<double> seconds;
        for (const Sample& sample : samples)
            seconds.push_back(std::chrono::duration<double>(sample.elapsed).count());
        std::ranges::sort(seconds);
        return seconds[static_cast<std::size_t>(q * static_cast<double>(seconds.size() - 1))];
    }

    double medianCpu() const
    {
        std::vector<std::chrono::nanoseconds> cpu;
        for (const Sample& sample : samples)
            cpu.push_back(sample.cpu);
        std::ranges::sort(cpu);
        return std::chrono::duration<double>(cpu[cpu.size() / 2]).count();
    }

    std::uint64_t peak() const { return std::ranges::max(samples, {}, &Sample::peakBytes).peakBytes; }
};

void printTable(std::string_view bench, const std::vector<Row>& rows, const Row& base)
{
    std::println("bench {}: {} runs each, in turn; ratios to {}", bench, base.samples.size(), base.name);
    std::println("  {:<28}{:>10}{:>10}{:>10}{:>10}{:>12}{:>8}", "", "min ms", "median ms", "max ms", "CPU ms",
                 "peak MiB", "ratio");
    for (const Row& row : rows) {
        std::println("  {:<28}{:>10.2f}{:>10.2f}{:>10.2f}{:>10.2f}{:>12.1f}{:>8.2f}", row.name, row.quantile(0) * 1e3,
                     row.quantile(0.5) * 1e3, row.quantile(1) * 1e3, row.medianCpu() * 1e3,
                     static_cast<double>(row.peak()) / (1 << 20), row.quantile(0.5) / base.quantile(0.5));
    }
}

Result<void> writeJson(const std::string& file, std::string_view bench, const std::vector<Row>& rows, const Row& base)
{
    nlohmann::json document{{"bench", bench}, {"rows", nlohmann::json::array()}};
    for (const Row& row : rows) {
        document["rows"].push_back({{"name", row.name},
                                    {"n", row.samples.size()},
                                    {"min_s", row.quantile(0)},
                                    {"median_s", row.quantile(0.5)},
                                    {"max_s", row.quantile(1)},
                                    {"cpu_s", row.medianCpu()},
                                    {"rss_bytes", row.peak()},
                                    {"base", base.name},
                                    {"ratio", row.quantile(0.5) / base.quantile(0.5)}});
    }
    std::ofstream out(file);
    out << document.dump(2) << '\n';
    if (!out.flush())
        return systemFailure("cannot write " + file);
    return {};
}

Result<int> number(std::string_view option, const char* text)
{
    int value = 0;
    const std::string_view digits{text};
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), value);
    if (error != std::errc{} || end != digits.end() || value < 1)
        return failure(ErrorKind::InvalidArgument,
                       std::format("{} needs a number of at least 1, not '{}'", option, digits));
    return value;
}

} // namespace

Result<Options> parseOptions(int argc, char** argv)
{
    Options options;
    for (int i = 1; i + 1 < argc; i += 2) {
        const std::string_view option{argv[i]};
        if (option == "--rounds")
            options.rounds = TRY(number(option, argv[i + 1]));
        else if (option == "--pause")
            options.pause = std::chrono::milliseconds{TRY(number(option, argv[i + 1]))};
        else if (option == "--json")
            options.json = argv[i + 1];
        else if (option == "--only")
            options.only = argv[i + 1];
        else
            return failure(ErrorKind::InvalidArgument,
                           std::format("there is no option '{}'; use --rounds, --pause, --json, --only", option));
    }
    if (argc % 2 == 0)
        return failure(ErrorKind::InvalidArgument, std::format("'{}' needs a value", argv[argc - 1]));
    return options;
}

Result<void> run(std::string_view bench, std::vector<Contender> contenders, std::string_view base,
                 const Options& options)
{
    const bool onTerminal = ::isatty(STDERR_FILENO);
    std::erase_if(contenders, [&](const Contender& contender) { return !contender.name.starts_with(options.only); });
    if (contenders.empty())
        return failure(ErrorKind::InvalidArgument, std::format("no contender's name begins with '{}'", options.only));
    std::vector<Row> rows;
    for (const Contender& contender : contenders)
        rows.push_back({contender.name, {}});
    for (int round = -options.warmups; round < options.rounds; ++round) {
        for (std::size_t i = 0; i < contenders.size(); ++i) {
            const Sample sample = TRY_WITHIN(contenders[i].name, contenders[i].run());
            if (round >= 0)
                rows[i].samples.push_back(sample);
            std::this_thread::sleep_for(options.pause);
        }
        if (onTerminal)
            std::print(stderr, "\r  round {} of {}\033[K", std::max(round + 1, 0), options.rounds);
    }
    if (onTerminal)
        std::print(stderr, "\r\033[K");
    const auto found = std::ranges::find(rows, base, &Row::name);
    const Row& first = found != rows.end() ? *found : rows.front();
    printTable(bench, rows, first);
    if (!options.json.empty())
        return writeJson(options.json, bench, rows, first);
    return {};
}

} // namespace lamella::bench
