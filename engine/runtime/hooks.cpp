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

Result<void> runOne(std::string_view place, const oci::Hook& hook, std::string_view state, BorrowedFd directory,
                    const HookEnders& enders)
{
    const HookResult result = runHook(PreparedHook{hook}, {state, directory, environ, enders});
    if (result.succeeded())
        return {};
    return std::unexpected(hookError(compose("the {} hook {}", place, hook.path), result.errnum,
                                     {result.output.data(), result.outputLength}));
}

/// Nothing where none were kept.
Result<KeptHooks> readKept(const std::filesystem::path& file)
{
    KeptHooks kept;
    const auto text = os::readFile(file);
    if (!text && text.error().errnum == ENOENT)
        return kept;
    const nlohmann::json root = TRY(parseJson(TRY(text), kKeptHooks));
    const oci::Node document{&root, ""};
    kept.poststop = TRY(oci::parseHooksNode(document["hooks"])).poststop;
    TRY(oci::read(document["annotations"], kept.annotations));
    return kept;
}

} // namespace

Result<void> runHooks(std::string_view place, const std::vector<oci::Hook>& hooks, const ContainerState& state,
                      const HookEnders& enders)
{
    if (hooks.empty())
        return {};
    const UniqueFd directory = TRY(os::open(state.bundle, O_PATH | O_DIRECTORY));
    const std::string text = stateText(state);
    for (const oci::Hook& hook : hooks)
        TRY(runOne(place, hook, text, directory.borrow(), enders));
    return {};
}

void runHooksRegardless(std::string_view place, const std::vector<oci::Hook>& hooks, const ContainerState& state,
                        const HookEnders& enders)
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
            = directory ? runOne(place, hook, text, directory->borrow(), enders) : std::unexpected(directory.error());
        if (!done)
            log::warning("{}", done.error().message);
    }
}

Result<void> keepHooks(const std::filesystem::path& directory, const oci::Spec& spec)
{
    if (spec.hooks.poststop.empty())
        return {};
    oci::Hooks kept;
    kept.poststop = spec.hooks.poststop;
    const nlohmann::json document{{"hooks", oci::toJson(kept)}, {"annotations", spec.annotations}};
    return os::replaceFile(directory / kKeptHooks, textOf(document), 0600, os::Sync::No);
}

KeptHooks keptHooks(const std::filesystem::path& directory)
{
    auto kept = readKept(directory / kKeptHooks);
    if (kept)
        return std::move(*kept);
    log::warning("the poststop hooks of {} are not run: {}", directory.filename().native(), kept.error().message);
    return {};
}

void runPoststop(const KeptHooks& kept, const std::string& id, const std::string& bundle)
{
    runHooksRegardless("poststop", kept.poststop,
                       {.id = id, .status = "stopped", .pid = 0, .bundle = bundle, .annotations = kept.annotations});
}

} // namespace lamella::runtime
