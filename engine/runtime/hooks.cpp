// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/hooks.h"

#include "engine/base/compose.h"
#include "engine/base/json.h"
#include "engine/base/log.h"
#include "engine/oci/parse.h"
#include "engine/oci/serialize.h"
#include "engine/os/file.h"
#include "engine/runtime/hook.h"

#include <nlohmann/json.hpp>

namespace lamella::runtime {

namespace {

constexpr const char* kKeptHooks = "hooks.json";

Result<void> runOne(std::string_view place, const oci::Hook& hook, std::string_view state, BorrowedFd directory)
{
    const HookResult result = runHook(PreparedHook{hook}, {state, directory, environ});
    if (result.succeeded())
        return {};
    return std::unexpected(hookError(compose("the {} hook {}", place, hook.path), result.errnum,
                                     {result.output.data(), result.outputLength}));
}

struct KeptHooks {
    oci::Hooks hooks;
    std::map<std::string, std::string> annotations;
};

/// Nothing where none were kept.
Result<KeptHooks> keptHooks(const std::filesystem::path& directory)
{
    KeptHooks kept;
    const auto text = os::readFile(directory / kKeptHooks);
    if (!text && text.error().errnum == ENOENT)
        return kept;
    const nlohmann::json root = TRY(parseJson(TRY(text), kKeptHooks));
    const oci::Node document{&root, ""};
    kept.hooks = TRY(oci::parseHooksNode(document["hooks"]));
    TRY(oci::read(document["annotations"], kept.annotations));
    return kept;
}

void runKept(const std::filesystem::path& directory, std::string_view place, std::vector<oci::Hook> oci::Hooks::* list,
             ContainerState state)
{
    auto kept = keptHooks(directory);
    if (!kept) {
        log::warning("the {} hooks of {} are not run: {}", place, state.id, kept.error().message);
        return;
    }
    state.annotations = std::move(kept->annotations);
    runHooksRegardless(place, kept->hooks.*list, state);
}

} // namespace

Result<void> runHooks(std::string_view place, const std::vector<oci::Hook>& hooks, const ContainerState& state)
{
    if (hooks.empty())
        return {};
    const UniqueFd directory = TRY(os::open(state.bundle, O_PATH | O_DIRECTORY));
    const std::string text = stateText(state);
    for (const oci::Hook& hook : hooks)
        TRY(runOne(place, hook, text, directory.borrow()));
    return {};
}

void runHooksRegardless(std::string_view place, const std::vector<oci::Hook>& hooks, const ContainerState& state)
{
    if (hooks.empty())
        return;
    // A bundle may be removed before its container.
    auto directory = os::open(state.bundle, O_PATH | O_DIRECTORY);
    if (!directory)
        directory = os::open("/", O_PATH | O_DIRECTORY);
    const std::string text = stateText(state);
    for (const oci::Hook& hook : hooks) {
        const auto done
            = directory ? runOne(place, hook, text, directory->borrow()) : std::unexpected(directory.error());
        if (!done)
            log::warning("{}", done.error().message);
    }
}

Result<void> keepHooks(const std::filesystem::path& directory, const oci::Spec& spec)
{
    if (spec.hooks.poststart.empty() && spec.hooks.poststop.empty())
        return {};
    oci::Hooks kept;
    kept.poststart = spec.hooks.poststart;
    kept.poststop = spec.hooks.poststop;
    const nlohmann::json document{{"hooks", oci::toJson(kept)}, {"annotations", spec.annotations}};
    return os::replaceFile(directory / kKeptHooks, textOf(document), 0600, os::Sync::No);
}

void runKeptPoststart(const std::filesystem::path& directory, const std::string& id, const std::string& bundle,
                      pid_t pid)
{
    runKept(directory, "poststart", &oci::Hooks::poststart,
            {.id = id, .status = "running", .pid = pid, .bundle = bundle, .annotations = {}});
}

void runKeptPoststop(const std::filesystem::path& directory, const std::string& id, const std::string& bundle)
{
    runKept(directory, "poststop", &oci::Hooks::poststop,
            {.id = id, .status = "stopped", .pid = 0, .bundle = bundle, .annotations = {}});
}

} // namespace lamella::runtime
