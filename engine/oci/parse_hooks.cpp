// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/known_names.h"
#include "engine/oci/parse.h"

#include <array>

namespace lamella::oci {

namespace {

struct HookPlace {
    const char* name;
    std::vector<Hook> Hooks::* list;
};

/// In the order in which they run.
constexpr std::array kHookPlaces{
    HookPlace{"prestart", &Hooks::prestart},
    HookPlace{"createRuntime", &Hooks::createRuntime},
    HookPlace{"createContainer", &Hooks::createContainer},
    HookPlace{"startContainer", &Hooks::startContainer},
    HookPlace{"poststart", &Hooks::poststart},
    HookPlace{"poststop", &Hooks::poststop},
};

Result<Hook> parseHook(const Node& node)
{
    TRY(node.mustBeObject());
    Hook hook;
    TRY(read(node["path"], hook.path));
    if (!hook.path.starts_with('/'))
        return node["path"].wrong("must be an absolute path");
    TRY(read(node["args"], hook.args));
    TRY(read(node["env"], hook.env));
    TRY(read(node["timeout"], hook.timeout));
    if (hook.timeout.value_or(1) <= 0)
        return node["timeout"].wrong("must be greater than zero");
    return hook;
}

Result<std::vector<Hook>> parseHookList(const Node& node)
{
    std::vector<Hook> hooks;
    for (const Node& element : TRY(node.elements(1024)))
        hooks.push_back(TRY(parseHook(element)));
    return hooks;
}

} // namespace

Result<Hooks> parseHooksNode(const Node& node)
{
    TRY(node.mustBeObject());
    Hooks hooks;
    for (const HookPlace& place : kHookPlaces)
        hooks.*place.list = TRY(parseHookList(node[place.name]));
    return hooks;
}

std::vector<std::string_view> knownHooks()
{
    std::vector<std::string_view> names;
    for (const HookPlace& place : kHookPlaces)
        names.emplace_back(place.name);
    return names;
}

} // namespace lamella::oci
