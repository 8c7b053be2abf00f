// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/commands.h"
#include "engine/runtime/cli/state.h"
#include "engine/runtime/state_document.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>

namespace lamella::runtime::cli {

namespace {

using Row = std::array<std::string, 6>;

/// Columns as wide as what is in them and three blanks, at least 12, as runc's table is.
void printTable(std::span<const Row> rows)
{
    std::array<std::size_t, std::tuple_size_v<Row>> widths;
    widths.fill(12);
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], row[i].size() + 3);
    }
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t i = 0; i + 1 < row.size(); ++i)
            line += padded(row[i], widths[i]);
        std::puts((line + row.back()).c_str());
    }
}

/// Those whose state can be read: another command may be making or deleting one.
std::vector<State> allContainers(const std::filesystem::path& root)
{
    std::error_code ignored;
    std::vector<State> all;
    for (const auto& entry : std::filesystem::directory_iterator{root, ignored}) {
        if (auto state = load(root, entry.path().filename().native()))
            all.push_back(std::move(*state));
    }
    std::ranges::sort(all, {}, &State::id);
    return all;
}

Row rowOf(const std::filesystem::path& root, const State& state)
{
    const std::string status = statusOf(root, state);
    const pid_t pid = status == "stopped" ? 0 : state.pid;
    return {state.id, std::to_string(pid), status, state.bundle, createdText(state), ownerOf(root, state)};
}

} // namespace

Result<int> listCommand(const Options& options)
{
    const std::vector<State> all = allContainers(options.root);
    if (options.quiet) {
        for (const State& state : all)
            std::puts(state.id.c_str());
        return 0;
    }
    if (options.format == Format::Json) {
        std::string text;
        for (const State& state : all)
            text += (text.empty() ? "[" : ",") + textOf(stateMembers(options.root, state), false);
        std::puts(text.empty() ? "[]" : (text + "]").c_str());
        return 0;
    }
    std::vector<Row> rows{{"ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"}};
    for (const State& state : all)
        rows.push_back(rowOf(options.root, state));
    printTable(rows);
    return 0;
}

Result<int> stateCommand(const Options& options)
{
    const State state = TRY(load(options.root, options.id));
    std::puts(textOf(stateMembers(options.root, state), true).c_str());
    return 0;
}

} // namespace lamella::runtime::cli
