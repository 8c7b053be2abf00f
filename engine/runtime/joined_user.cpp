// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/joined_user.h"

#include "engine/base/compose.h"
#include "engine/os/file.h"
#include "engine/os/socket.h"
#include "engine/runtime/channel.h"
#include "engine/runtime/sibling.h"

#include <charconv>
#include <sched.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace lamella::runtime {

namespace {

constexpr char kMarkRead = 'r'; // its mappings

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
    const os::Child inside = TRY(cloneInUserNamespace(userNamespace, 0, {}));
    if (inside.pid == 0) { // until the caller has read them and closes its end
        channel.first.reset();
        receiveMark(channel.second.get(), kMarkRead, nullptr);
        ::_exit(0);
    }
    auto mappings = readMappings(inside.pid);
    channel.first.reset();
    std::ignore = os::waitFor(inside.pidfd.borrow());
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
    // Not to be traced by a process of that namespace when it enters.
    const auto enter = [userNamespace](int) {
        return ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && ::setns(userNamespace.get(), CLONE_NEWUSER) == 0;
    };
    return cloneSibling(
        {.enter = enter, .what = "cannot enter the user namespace", .flags = flags, .cgroup = cgroup});
}

} // namespace lamella::runtime
