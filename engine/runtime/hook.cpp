// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/hook.h"

#include "engine/base/compose.h"

#include <algorithm>
#include <csignal>
#include <sys/wait.h>

namespace lamella::runtime {

namespace {

std::vector<char*> argumentPointers(std::vector<std::string>& strings)
{
    std::vector<char*> pointers;
    pointers.reserve(strings.size() + 1);
    for (auto& string : strings)
        pointers.push_back(string.data());
    pointers.push_back(nullptr);
    return pointers;
}

} // namespace

PreparedHook::PreparedHook(const oci::Hook& hook)
    : path(hook.path)
    , args(hook.args.empty() ? std::vector{hook.path} : hook.args)
    , env(hook.env.value_or(std::vector<std::string>{}))
    , argv(argumentPointers(args))
    , envp(argumentPointers(env))
    , inherits(!hook.env)
    , timeoutMsec(hook.timeout ? static_cast<int>(std::min<std::int64_t>(*hook.timeout * 1000LL, INT32_MAX)) : -1)
{
}

std::vector<PreparedHook> prepareHooks(const std::vector<oci::Hook>& hooks)
{
    return {hooks.begin(), hooks.end()};
}

std::vector<std::string> hookNames(std::string_view place, const std::vector<oci::Hook>& hooks)
{
    std::vector<std::string> names;
    for (const oci::Hook& hook : hooks)
        names.push_back(compose("the {} hook {}", place, hook.path));
    return names;
}

Error hookError(std::string_view name, int errnum, std::string_view output)
{
    if (errnum == ETIMEDOUT)
        return Error::of(ErrorKind::Failed, compose("{} took longer than its timeout and was killed", name));
    if (errnum == ECANCELED)
        return Error::of(ErrorKind::Cancelled,
                         compose("{} was killed: its container has ended, or a signal told this to end", name));
    if (errnum > 0)
        return Error::system(errnum, compose("cannot run {}", name));
    const int status = -errnum;
    std::string text = WIFSIGNALED(status) ? compose("{} was killed by signal {}", name, WTERMSIG(status))
                                           : compose("{} exited with status {}", name, WEXITSTATUS(status));
    while (output.ends_with('\n'))
        output.remove_suffix(1);
    if (!output.empty())
        text += compose(": {}", output);
    return Error::of(ErrorKind::Failed, std::move(text));
}

} // namespace lamella::runtime
