// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/joined_user.h"

#include "engine/base/compose.h"
#include "engine/os/file.h"
#include "engine/os/socket.h"
#include "engine/runtime/channel.h"

#include <charconv>
#include <csignal>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace lamella::runtime {

namespace {

constexpr char kMarkEntered = 'e';

/// In the helper: not to be traced by a process of that namespace when it enters.
bool enterUser(BorrowedFd userNamespace)
{
    return ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && ::setns(userNamespace.get(), CLONE_NEWUSER) == 0;
}

/// The helper ends with errno as its status where it failed.
[[noreturn]] void endHelper(bool succeeded)
{
    ::_exit(succeeded ? 0 : std::min(errno, 255));
}

/// Why a helper ended without a word.
Error whyEnded(BorrowedFd helper)
{
    const auto status = os::waitFor(helper);
    const int errnum = status && status->signal == 0 ? status->code : ECHILD;
    return Error::system(errnum, "cannot enter the user namespace");
}

std::vector<oci::IdMapping> parseMap(const std::string& text)
{
    std::vector<std::uint32_t> numbers;
    const char* const end = text.data() + text.size();
    for (const char* at = text.data(); at < end; ++at) {
        std::uint32_t number = 0;
        const auto read = std::from_chars(at, end, number);
        if (read.ec != std::errc{})
            continue; // a blank, or the end of a line
        numbers.push_back(number);
        at = read.ptr;
    }
    std::vector<oci::IdMapping> mappings;
    for (std::size_t i = 0; i + 2 < numbers.size(); i += 3)
        mappings.push_back({numbers[i], numbers[i + 1], numbers[i + 2]});
    return mappings;
}

Result<IdMappings> readMappings(pid_t pid)
{
    const std::string uids = TRY(os::readFile(compose("/proc/{}/uid_map", pid)));
    const std::string gids = TRY(os::readFile(compose("/proc/{}/gid_map", pid)));
    return IdMappings{parseMap(uids), parseMap(gids)};
}

/// The PID, as the caller sees it, of the process that a pidfd is of.
Result<pid_t> pidOf(BorrowedFd pidfd)
{
    const std::string info = TRY(os::readFile(compose("/proc/self/fdinfo/{}", pidfd.get())));
    constexpr std::string_view kKey = "\nPid:\t";
    const std::size_t at = info.find(kKey);
    pid_t pid = 0;
    if (at == std::string::npos
        || std::from_chars(info.data() + at + kKey.size(), info.data() + info.size(), pid).ec != std::errc{}
        || pid <= 0)
        return failure(ErrorKind::Failed, "the new process is none that this one can see");
    return pid;
}

std::string mapText(const std::vector<oci::IdMapping>& mappings)
{
    std::string text;
    for (const oci::IdMapping& mapping : mappings)
        text += compose("{}:{}:{} ", mapping.containerId, mapping.hostId, mapping.size);
    return text;
}

} // namespace

Result<IdMappings> mappingsOf(BorrowedFd userNamespace)
{
    os::SocketPair channel = TRY(os::makeSocketPair());
    const os::Child helper = TRY(os::clone(0));
    if (helper.pid == 0) {
        channel.first.reset();
        const bool entered = enterUser(userNamespace) && sendMark(channel.second.get(), kMarkEntered, -1);
        if (entered) // until the caller has read them and closes its end
            receiveMark(channel.second.get(), kMarkEntered, nullptr);
        endHelper(entered);
    }
    channel.second.reset();
    if (!receiveMark(channel.first.get(), kMarkEntered, nullptr))
        return std::unexpected(whyEnded(helper.pidfd.borrow()));
    auto mappings = readMappings(helper.pid);
    channel.first.reset();
    std::ignore = os::waitFor(helper.pidfd.borrow());
    return mappings;
}

Result<oci::Spec> withMappingsOf(const oci::Spec& spec, BorrowedFd userNamespace)
{
    const IdMappings real = TRY(mappingsOf(userNamespace));
    const auto differ
        = [](const auto& wanted, const auto& there) { return !wanted.empty() && mapText(wanted) != mapText(there); };
    if (differ(spec.linux.uidMappings, real.uids) || differ(spec.linux.gidMappings, real.gids))
        return failure(ErrorKind::InvalidArgument,
                       "config.json: linux.uidMappings and linux.gidMappings are not those of the user namespace that "
                       "linux.namespaces joins");
    oci::Spec mapped = spec;
    mapped.linux.uidMappings = real.uids;
    mapped.linux.gidMappings = real.gids;
    return mapped;
}

Result<os::Child> cloneInUserNamespace(BorrowedFd userNamespace, std::uint64_t flags, std::optional<BorrowedFd> cgroup)
{
    os::SocketPair channel = TRY(os::makeSocketPair());
    const os::Child helper = TRY(os::clone(0));
    if (helper.pid == 0) {
        if (!enterUser(userNamespace))
            endHelper(false);
        auto child = os::clone(flags | CLONE_PARENT, cgroup);
        if (child && child->pid == 0)
            return os::Child{};
        if (!child)
            errno = child.error().errnum;
        endHelper(child && sendMark(channel.second.get(), kMarkEntered, child->pidfd.get()));
    }
    channel.second.reset();
    int pidfd = -1;
    if (!receiveMark(channel.first.get(), kMarkEntered, &pidfd))
        return std::unexpected(whyEnded(helper.pidfd.borrow()));
    os::Child child{0, UniqueFd{pidfd}};
    std::ignore = os::waitFor(helper.pidfd.borrow());
    child.pid = TRY(pidOf(child.pidfd.borrow()));
    return child;
}

} // namespace lamella::runtime
