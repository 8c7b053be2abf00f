// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/records.h"

#include "engine/base/json.h"
#include "engine/base/log.h"
#include "engine/db/database.h"

#include <nlohmann/json.hpp>

#include <array>
#include <csignal>
#include <format>
#include <utility>

namespace lamella::container {

namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 4> kStates{"created", "running", "paused", "stopped"};

json requestJson(const CreateRequest& request)
{
    return {{"command", request.command},
            {"env", request.env},
            {"working_dir", request.workingDir.value_or("")},
            {"user", request.user.value_or("")},
            {"hostname", request.hostname.value_or("")},
            {"terminal", request.terminal},
            {"init", request.init},
            {"memory_bytes", request.memoryLimit.value},
            {"cpu_quota", request.cpuQuota},
            {"cpu_weight", request.cpuWeight},
            {"pids_max", request.pidsMax}};
}

CreateRequest requestOf(const json& object)
{
    CreateRequest request;
    request.command = object.at("command").get<std::vector<std::string>>();
    request.env = object.at("env").get<std::vector<std::string>>();
    request.workingDir = object.at("working_dir").get<std::string>();
    request.user = object.at("user").get<std::string>();
    request.hostname = object.at("hostname").get<std::string>();
    request.terminal = object.at("terminal").get<bool>();
    request.init = object.at("init").get<bool>();
    request.memoryLimit = {object.at("memory_bytes").get<std::uint64_t>()};
    request.cpuQuota = object.at("cpu_quota").get<double>();
    request.cpuWeight = object.at("cpu_weight").get<std::uint64_t>();
    request.pidsMax = object.at("pids_max").get<std::uint64_t>();
    return request;
}

json timelineJson(const Container& container)
{
    auto list = json::array();
    for (const auto& [step, at] : container.timeline)
        list.push_back({step, at.count()});
    return list;
}

std::chrono::microseconds usec(const json& object, const char* name)
{
    return std::chrono::microseconds{object.at(name).get<std::int64_t>()};
}

void readDocument(const json& object, Container& container)
{
    container.imageName = object.at("image_name").get<std::string>();
    container.command = object.at("command").get<std::vector<std::string>>();
    container.stopSignal = object.value("stop_signal", SIGTERM); // rows of the first versions have none
    const auto state = std::ranges::find(kStates, object.at("state").get<std::string>());
    container.state = state == kStates.end() ? State::Stopped : static_cast<State>(state - kStates.begin());
    container.exitStatus = object.at("exit_status").get<int>();
    container.oomKilled = object.at("oom_killed").get<bool>();
    container.lastError = object.at("last_error").get<std::string>();
    container.started = usec(object, "started_usec");
    container.finished = usec(object, "finished_usec");
    container.request = requestOf(object.at("request"));
    container.hostUidBase = object.at("host_uid_base").get<std::uint32_t>();
    container.hostUidCount = object.at("host_uid_count").get<std::uint32_t>();
    container.cgroupPath = object.at("cgroup_path").get<std::string>();
    for (const json& step : object.at("timeline"))
        container.timeline.emplace_back(step.at(0).get<std::string>(),
                                        std::chrono::microseconds{step.at(1).get<std::int64_t>()});
}

} // namespace

Result<Container> containerOf(const db::Statement& row)
{
    Container container;
    container.id = row.text(0);
    container.owner = static_cast<uid_t>(row.integer(1));
    container.name = row.text(2);
    container.imageId = row.text(3);
    container.created = std::chrono::microseconds{row.integer(4)};
    const json document = TRY(parseJson(row.text(5), "the row"));
    try {
        readDocument(document, container);
    } catch (const json::exception& exception) {
        return failure(ErrorKind::Failed, exception.what());
    }
    container.request.owner = container.owner;
    container.request.image = container.imageName;
    container.request.name = container.name;
    return container;
}

std::string documentOf(const Container& container)
{
    const json document{{"image_name", container.imageName},
                        {"command", container.command},
                        {"stop_signal", container.stopSignal},
                        {"state", kStates[static_cast<std::size_t>(std::to_underlying(container.state))]},
                        {"exit_status", container.exitStatus},
                        {"oom_killed", container.oomKilled},
                        {"last_error", container.lastError},
                        {"started_usec", container.started.count()},
                        {"finished_usec", container.finished.count()},
                        {"request", requestJson(container.request)},
                        {"host_uid_base", container.hostUidBase},
                        {"host_uid_count", container.hostUidCount},
                        {"cgroup_path", container.cgroupPath},
                        {"timeline", timelineJson(container)}};
    return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<std::vector<Container>> loadContainers(db::Database& database)
{
    auto connection = database.lock();
    auto rows = TRY(connection.prepare("SELECT id, owner, name, image, created, document FROM containers"));
    std::vector<Container> containers;
    while (TRY(rows.step())) {
        if (auto container = containerOf(rows))
            containers.push_back(std::move(*container));
        else
            log::error("the container {} cannot be read: {}", rows.text(0), container.error().message);
    }
    return containers;
}

Result<void> insertContainer(db::Database& database, const Container& container)
{
    return database.lock().run(
        "INSERT INTO containers (id, owner, name, image, created, document) VALUES (?, ?, ?, ?, ?, ?)", container.id,
        container.owner, container.name, container.imageId, container.created.count(), documentOf(container));
}

Result<void> updateDocument(db::Database& database, const std::string& id, const std::string& document)
{
    return database.lock().run("UPDATE containers SET document = ? WHERE id = ?", document, id);
}

Result<void> renameContainer(db::Database& database, const std::string& id, const std::string& name)
{
    return database.lock().run("UPDATE containers SET name = ? WHERE id = ?", name, id);
}

Result<void> deleteContainer(db::Database& database, const std::string& id)
{
    return database.lock().run("DELETE FROM containers WHERE id = ?", id);
}

} // namespace lamella::container
