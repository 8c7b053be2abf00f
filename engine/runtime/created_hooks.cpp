// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/channel.h"
#include "engine/runtime/create_plan.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

// Runs between clone3(2) and execve(2): no allocation, no lock.
namespace lamella::runtime {

using rootfs::Reporter;
using rootfs::Step;

int openRootPlace(const CreatePlan& plan, const Reporter& reporter)
{
    if (plan.rootPlace.empty())
        return -1;
    const int place = ::open(plan.rootPlace.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    reporter.require(place >= 0, Step::Root);
    return place;
}

int checkedPlace(int place, int root, const Reporter& reporter)
{
    if (place < 0)
        return place;
    struct stat wanted{};
    struct stat found{};
    reporter.require(::fstat(root, &wanted) == 0 && ::fstat(place, &found) == 0, Step::Root);
    if (wanted.st_dev != found.st_dev || wanted.st_ino != found.st_ino)
        reporter.fail(Step::Root, ESTALE);
    return place;
}

void runCreateHooks(CreatePlan& plan, int root, BorrowedFd channel, const Reporter& reporter)
{
    if (plan.awaitHooks) {
        reporter.require(sendMark(channel.get(), kMarkMounted, -1), Step::Hooks);
        reporter.require(receiveMark(channel.get(), kMarkHooks, nullptr), Step::Hooks);
    }
    if (plan.hooks.empty() && plan.program.hooks.empty())
        return;
    const pid_t pid = ::getpid();
    plan.hookState.setPid(pid);
    plan.program.hookState.setPid(pid);
    ::umask(0022);
    runHooks(plan.hooks, {plan.hookState.view(), BorrowedFd{root}, environ}, reporter);
    ::umask(0);
}

void runHooks(const std::vector<PreparedHook>& hooks, const HookSurroundings& surroundings, const Reporter& reporter)
{
    if (hooks.empty())
        return;
    for (std::size_t i = 0; i < hooks.size(); ++i) {
        const HookResult result = runHook(hooks[i], surroundings);
        if (!result.succeeded())
            reporter.fail(Step::Hooks, result.errnum, static_cast<std::uint32_t>(i),
                          {result.output.data(), result.outputLength});
    }
    reporter.reached(Step::Hooks);
}

} // namespace lamella::runtime
