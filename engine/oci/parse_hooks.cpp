// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/parse.h"

namespace lamella::oci {

namespace {

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
    hooks.prestart = TRY(parseHookList(node["prestart"]));
    hooks.createRuntime = TRY(parseHookList(node["createRuntime"]));
    hooks.createContainer = TRY(parseHookList(node["createContainer"]));
    hooks.startContainer = TRY(parseHookList(node["startContainer"]));
    hooks.poststart = TRY(parseHookList(node["poststart"]));
    hooks.poststop = TRY(parseHookList(node["poststop"]));
    return hooks;
}

} // namespace lamella::oci
