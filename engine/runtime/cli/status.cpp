// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/cgroup/cgroup.h"
#include "engine/os/file.h"
#include "engine/os/process.h"
#include "engine/runtime/cli/state.h"
#include "engine/runtime/state_document.h"

#include <nlohmann/json.hpp>

#include <array>
#include <ctime>
#include <ranges>

namespace lamella::runtime::cli {

namespace {

/// The name in this machine's passwd(5), which lists "name:password:uid:…".
std::string userName(uid_t uid)
{
    const std::string text = os::readFile("/etc/passwd").value_or("");
    const std::string number = std::to_string(uid);
    for (const auto line : std::views::split(text, '\n')) {
        const std::string_view entry{line};
        const std::size_t name = entry.find(':');
        const std::size_t password = name == entry.npos ? name : entry.find(':', name + 1);
        if (password != entry.npos && entry.substr(password + 1).starts_with(number + ":"))
            return std::string{entry.substr(0, name)};
    }
    return "#" + number;
}

bool isFrozen(const State& state)
{
    const auto group = cgroup::open(state.cgroup);
    return group && (*group)->frozen().value_or(false);
}

} // namespace

UniqueFd processOf(const State& state)
{
    return state.isBeingMade ? UniqueFd{} : anyProcessOf(state);
}

UniqueFd anyProcessOf(const State& state)
{
    if (state.pid == 0)
        return {};
    auto pidfd = os::openPidfd(state.pid);
    // Only after opening: the PID cannot change hands any more, so the start time is this process's own.
    if (!pidfd || os::startTime(state.pid).value_or(0) != state.startTime)
        return {};
    if (os::waitUntilEnded(pidfd->borrow(), std::chrono::milliseconds{0}).value_or(true))
        return {};
    return std::move(*pidfd);
}

std::string lifecycleOf(const std::filesystem::path& root, const State& state)
{
    if (state.pid == 0 || state.isBeingMade)
        return "creating";
    if (!processOf(state))
        return "stopped";
    std::error_code ignored;
    return std::filesystem::exists(directoryOf(root, state.id) / "gate", ignored) ? "created" : "running";
}

std::string statusOf(const std::filesystem::path& root, const State& state)
{
    std::string status = lifecycleOf(root, state);
    if ((status == "created" || status == "running") && isFrozen(state))
        return "paused";
    return status;
}

std::string createdText(const State& state)
{
    constexpr std::int64_t kUsec = 1'000'000;
    const std::time_t seconds = state.createdUsec / kUsec;
    std::tm utc{};
    ::gmtime_r(&seconds, &utc);
    std::array<char, 32> text;
    std::string created{text.data(), std::strftime(text.data(), text.size(), "%FT%T.", &utc)};
    const std::string fraction = std::to_string(state.createdUsec % kUsec);
    return created.append(6 - fraction.size(), '0') + fraction + "Z";
}

std::string ownerOf(const std::filesystem::path& root, const State& state)
{
    struct stat status{};
    if (::stat(directoryOf(root, state.id).c_str(), &status) != 0)
        return {};
    return userName(status.st_uid);
}

StateMembers stateMembers(const std::filesystem::path& root, const State& state)
{
    const std::string status = statusOf(root, state);
    const bool hasProcess = status != "stopped" && status != "creating"; // runc says 0 where there is no process
    StateMembers members{
        {"ociVersion", kOciVersion}, {"id", state.id},         {"pid", hasProcess ? state.pid : 0}, {"status", status},
        {"bundle", state.bundle},    {"rootfs", state.rootfs}, {"created", createdText(state)}};
    if (!state.annotations.empty())
        members.emplace_back("annotations", state.annotations);
    members.emplace_back("owner", ownerOf(root, state));
    return members;
}

std::string textOf(const StateMembers& members, bool indented)
{
    using enum nlohmann::json::error_handler_t;
    std::string text;
    for (const auto& [name, value] : members) {
        text += text.empty() ? "{" : ",";
        text += indented ? compose("\n  \"{}\": ", name) : compose("\"{}\":", name);
        for (const char c : value.dump(indented ? 2 : -1, ' ', false, replace)) {
            text += c;
            if (c == '\n')
                text += "  ";
        }
    }
    return text + (indented ? "\n}" : "}");
}

} // namespace lamella::runtime::cli
