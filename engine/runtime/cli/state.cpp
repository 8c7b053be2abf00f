// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/state.h"

#include "engine/base/json.h"
#include "engine/os/file.h"
#include "engine/os/process.h"
#include "engine/runtime/state_document.h"

#include <nlohmann/json.hpp>

#include <chrono>
#include <format>

namespace lamella::runtime::cli {

namespace {

std::filesystem::path directoryOf(const std::filesystem::path& root, const std::string& id)
{
    return root / id;
}

} // namespace

Result<void> reserve(const std::filesystem::path& root, const std::string& id)
{
    TRY(os::makeDirectories(root, 0700));
    if (::mkdir(directoryOf(root, id).c_str(), 0700) == 0)
        return {};
    if (errno == EEXIST)
        return failure(ErrorKind::AlreadyExists, std::format("there is a container {} already", id));
    return systemFailure(std::format("cannot make {}", directoryOf(root, id).native()));
}

Result<void> save(const std::filesystem::path& root, const State& state)
{
    const nlohmann::json document{
        {"id", state.id},         {"pid", state.pid},       {"start_time", state.startTime},
        {"bundle", state.bundle}, {"cgroup", state.cgroup}, {"created_usec", state.createdUsec}};
    return os::replaceFile(directoryOf(root, state.id) / "state.json", document.dump(), 0600, os::Sync::No);
}

Result<State> load(const std::filesystem::path& root, const std::string& id)
{
    auto text = os::readFile(directoryOf(root, id) / "state.json");
    if (!text && text.error().errnum == ENOENT)
        return failure(ErrorKind::NotFound, std::format("there is no container {}", id));
    const std::string content = TRY(std::move(text));
    const nlohmann::json document = TRY(parseJson(content, "state.json"));
    State state;
    state.id = document.value("id", "");
    state.pid = document.value("pid", 0);
    state.startTime = document.value("start_time", std::uint64_t{0});
    state.bundle = document.value("bundle", "");
    state.cgroup = document.value("cgroup", "");
    state.createdUsec = document.value("created_usec", std::int64_t{0});
    return state;
}

void forget(const std::filesystem::path& root, const std::string& id)
{
    std::error_code ignored;
    std::filesystem::remove_all(directoryOf(root, id), ignored);
}

UniqueFd processOf(const State& state)
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

std::string statusOf(const std::filesystem::path& root, const State& state)
{
    if (state.pid == 0)
        return "creating";
    if (!processOf(state))
        return "stopped";
    std::error_code ignored;
    return std::filesystem::exists(directoryOf(root, state.id) / "gate", ignored) ? "created" : "running";
}

std::string stateDocument(const std::filesystem::path& root, const State& state)
{
    using namespace std::chrono;
    const sys_time<seconds> created{floor<seconds>(microseconds{state.createdUsec})};
    nlohmann::json document = runtime::stateDocument(
        {.id = state.id, .status = statusOf(root, state), .pid = state.pid, .bundle = state.bundle, .annotations = {}});
    document["created"] = std::format("{:%FT%TZ}", created);
    return document.dump(2);
}

} // namespace lamella::runtime::cli
