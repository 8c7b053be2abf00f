// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/state.h"

#include "engine/base/compose.h"
#include "engine/base/json.h"
#include "engine/base/log.h"
#include "engine/cgroup/systemd_scope.h"
#include "engine/os/file.h"
#include "engine/runtime/keyring.h"

#include <nlohmann/json.hpp>

#include <charconv>
#include <unistd.h>

namespace lamella::runtime::cli {

namespace {

/// Holds "PID START_TIME". As long as the container is being made it has the other name.
constexpr const char* kProcessFile = "process";
constexpr const char* kProcessBeingMadeFile = "process.creating";

bool addProcess(const std::filesystem::path& file, State& state)
{
    const std::string text = os::readFile(file).value_or("");
    const char* const end = text.data() + text.size();
    const auto [blank, error] = std::from_chars(text.data(), end, state.pid);
    if (error == std::errc{} && blank != end && std::from_chars(blank + 1, end, state.startTime).ec == std::errc{})
        return true;
    state.pid = 0;
    return false;
}

} // namespace

std::filesystem::path directoryOf(const std::filesystem::path& root, const std::string& id)
{
    return root / id;
}

std::unexpected<Error> alreadyExists(const std::string& id)
{
    return failure(ErrorKind::AlreadyExists, compose("cannot create {}: container with given ID already exists", id));
}

bool isSaved(const std::filesystem::path& root, const std::string& id)
{
    std::error_code ignored;
    return std::filesystem::exists(directoryOf(root, id) / "state.json", ignored);
}

Result<void> reserve(const std::filesystem::path& root, const std::string& id)
{
    TRY(os::makeDirectories(root, 0700));
    if (::mkdir(directoryOf(root, id).c_str(), 0700) == 0)
        return {};
    if (errno == EEXIST)
        return alreadyExists(id);
    return systemFailure(compose("cannot make {}", directoryOf(root, id).native()));
}

Result<void> save(const std::filesystem::path& root, const State& state)
{
    const nlohmann::json document{{"id", state.id},
                                  {"bundle", state.bundle},
                                  {"rootfs", state.rootfs},
                                  {"cgroup", state.cgroup},
                                  {"scope", state.scope},
                                  {"created_usec", state.createdUsec},
                                  {"own_keyring", state.ownKeyring},
                                  {"annotations", state.annotations}};
    const std::string text = document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    return os::replaceFile(directoryOf(root, state.id) / "state.json", text, 0600, os::Sync::No);
}

Result<void> saveProcess(const std::filesystem::path& root, const State& state)
{
    const auto path = directoryOf(root, state.id) / kProcessBeingMadeFile;
    const UniqueFd file = TRY(os::open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    return os::writeAll(file.borrow(), compose("{} {}", state.pid, state.startTime), path.native());
}

Result<void> saveCreated(const std::filesystem::path& root, const State& state)
{
    const std::filesystem::path directory = directoryOf(root, state.id);
    if (::rename((directory / kProcessBeingMadeFile).c_str(), (directory / kProcessFile).c_str()) != 0)
        return systemFailure(compose("cannot say in {} that the container is created", directory.native()));
    return {};
}

Result<State> load(const std::filesystem::path& root, const std::string& id)
{
    auto text = os::readFile(directoryOf(root, id) / "state.json");
    if (!text && text.error().errnum == ENOENT)
        return failure(ErrorKind::NotFound, compose("cannot find {}: container does not exist", id));
    const std::string content = TRY(std::move(text));
    const nlohmann::json document = TRY(parseJson(content, "state.json"));
    State state;
    state.id = document.value("id", "");
    state.bundle = document.value("bundle", "");
    state.rootfs = document.value("rootfs", "");
    state.cgroup = document.value("cgroup", "");
    state.scope = document.value("scope", "");
    state.createdUsec = document.value("created_usec", std::int64_t{0});
    state.ownKeyring = document.value("own_keyring", false);
    state.annotations = document.value("annotations", state.annotations);
    // In this order: meanwhile it may become ready.
    const std::filesystem::path directory = directoryOf(root, id);
    state.isBeingMade = addProcess(directory / kProcessBeingMadeFile, state);
    if (!state.isBeingMade)
        addProcess(directory / kProcessFile, state);
    return state;
}

void stopScope(const State& state)
{
    if (state.scope.empty() || state.pid == 0)
        return;
    if (const auto stopped = cgroup::SystemdScope::stop(state.scope); !stopped)
        log::warning("{}", stopped.error().message);
}

void forget(const std::filesystem::path& root, const std::string& id)
{
    const std::filesystem::path directory = directoryOf(root, id);
    const std::filesystem::path gone = root / compose(".gone.{}", ::getpid());
    std::error_code failed;
    std::error_code ignored;
    // First what makes it a container, then its name: while the directory is emptied somebody may make the next
    // container of this name.
    std::filesystem::remove(directory / "state.json", ignored);
    std::filesystem::rename(directory, gone, failed);
    std::filesystem::remove_all(failed ? directory : gone, ignored);
}

Result<void> keepConfig(const std::filesystem::path& root, const std::string& id, std::string_view config)
{
    const auto path = directoryOf(root, id) / "config.json";
    const UniqueFd file = TRY(os::open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600));
    return os::writeAll(file.borrow(), config, path.native());
}

Result<oci::Spec> keptSpec(const std::filesystem::path& root, const std::string& id)
{
    const std::string text = TRY(os::readFile(directoryOf(root, id) / "config.json"));
    return oci::parseSpec(text);
}

std::string keyringOf(const State& state)
{
    return state.ownKeyring ? sessionKeyringOf(state.id) : std::string{};
}

} // namespace lamella::runtime::cli
