// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/fetcher_filter.h"

#include <sched.h>
#include <seccomp.h>
#include <sys/socket.h>

#include <array>
#include <memory>

namespace lamella::registry {

namespace {

constexpr std::array kDenied = std::to_array<const char*>({
    "execve",
    "execveat",
    "ptrace",
    "process_vm_readv",
    "process_vm_writev",
    "process_madvise",
    "kcmp",
    "pidfd_open",
    "pidfd_getfd",
    "pidfd_send_signal",
    "kill",
    "tkill",
    "rt_sigqueueinfo",
    "rt_tgsigqueueinfo",
    "unshare",
    "setns",
    "mount",
    "umount2",
    "pivot_root",
    "chroot",
    "move_mount",
    "open_tree",
    "fsopen",
    "fsmount",
    "fsconfig",
    "fspick",
    "mount_setattr",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "add_key",
    "request_key",
    "keyctl",
    "init_module",
    "finit_module",
    "delete_module",
    "kexec_load",
    "kexec_file_load",
    "open_by_handle_at",
    "name_to_handle_at",
    "personality",
    "quotactl",
    "swapon",
    "swapoff",
    "reboot",
    "syslog",
    "acct",
    "vhangup",
    "setuid",
    "setgid",
    "setresuid",
    "setresgid",
    "setgroups",
    "mknod",
    "mknodat",
    "socketpair",
    "landlock_create_ruleset",
    "seccomp",
});

using Filter = std::unique_ptr<void, void (*)(void*)>;

Result<void> deny(const Filter& filter, const char* name, int error, std::initializer_list<scmp_arg_cmp> when = {})
{
    const int number = ::seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR)
        return {};
    const int code = ::seccomp_rule_add_array(filter.get(), SCMP_ACT_ERRNO(static_cast<std::uint32_t>(error)), number,
                                              static_cast<unsigned>(when.size()), when.begin());
    // A negative number stands for a call that this architecture does not have.
    return code != 0 && number >= 0 ? systemFailure("cannot make the fetcher's seccomp filter", -code) : Result<void>{};
}

// Every family but the two of the internet and netlink, which getaddrinfo(3) asks for the addresses of this machine.
Result<void> denySockets(const Filter& filter)
{
    static_assert(AF_INET == 2 && AF_INET6 == 10 && AF_NETLINK == 16);
    TRY(deny(filter, "socket", EAFNOSUPPORT, {SCMP_CMP(0, SCMP_CMP_LT, AF_INET)}));
    TRY(deny(filter, "socket", EAFNOSUPPORT, {SCMP_CMP(0, SCMP_CMP_GT, AF_NETLINK)}));
    for (scmp_datum_t family = AF_INET + 1; family < AF_NETLINK; ++family) {
        if (family != AF_INET6)
            TRY(deny(filter, "socket", EAFNOSUPPORT, {SCMP_CMP(0, SCMP_CMP_EQ, family)}));
    }
    return {};
}

} // namespace

Result<void> loadFetcherFilter()
{
    const Filter filter{::seccomp_init(SCMP_ACT_ALLOW), [](void* context) { ::seccomp_release(context); }};
    if (!filter)
        return failure(ErrorKind::Failed, "cannot make the fetcher's seccomp filter");
    for (const auto* name : kDenied)
        TRY(deny(filter, name, EPERM));
    TRY(denySockets(filter));
    TRY(deny(filter, "clone", EPERM, {SCMP_CMP(0, SCMP_CMP_MASKED_EQ, CLONE_NEWUSER, CLONE_NEWUSER)}));
    TRY(deny(filter, "clone3", ENOSYS)); // its flags cannot be looked at; the C library then uses clone
    if (const int code = ::seccomp_load(filter.get()); code != 0)
        return systemFailure("cannot load the fetcher's seccomp filter", -code);
    return {};
}

} // namespace lamella::registry
