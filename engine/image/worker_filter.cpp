// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/worker_filter.h"

#include <seccomp.h>

#include <array>
#include <memory>

namespace lamella::image {

namespace {

// By name, for not every architecture has each of them.
constexpr std::array kAllowed = std::to_array<const char*>({
    // memory, and what the C library does by itself
    "brk",
    "mmap",
    "munmap",
    "mprotect",
    "mremap",
    "madvise",
    "futex",
    "getrandom",
    "clock_gettime",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "getpid",
    "geteuid",
    "getegid",
    "gettid",
    "tgkill",
    "exit",
    "exit_group",
    "restart_syscall",
    "sched_yield",
    "sched_getaffinity",
    "sysinfo",
    "prlimit64",
    "rseq",
    "set_robust_list",
    // reading
    "read",
    "pread64",
    "lseek",
    "fstat",
    "newfstatat",
    "statx",
    "fcntl",
    "close",
    "dup",
    "getdents64",
    "readlinkat",
    "openat",
    "openat2",
    "poll",
    "ppoll",
    "sendto",
    "sendmsg",
    // unpacking
    "write",
    "writev",
    "pwrite64",
    "ftruncate",
    "sync_file_range",
    "sync_file_range2",
    "mkdirat",
    "mknodat",
    "linkat",
    "symlinkat",
    "renameat",
    "renameat2",
    "unlinkat",
    "fchown",
    "fchownat",
    "fchmod",
    "fchmodat",
    "fsetxattr",
    "fgetxattr",
    "utimensat",
});

} // namespace

Result<void> loadWorkerFilter()
{
    const std::unique_ptr<void, void (*)(void*)> filter{::seccomp_init(SCMP_ACT_KILL_PROCESS),
                                                        [](void* context) { ::seccomp_release(context); }};
    if (!filter)
        return failure(ErrorKind::Failed, "cannot make the worker's seccomp filter");
    if (const int code = ::seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_TSYNC, 1); code != 0)
        return systemFailure("cannot make the worker's seccomp filter hold for all threads", -code);
    for (const auto* name : kAllowed) {
        const int number = ::seccomp_syscall_resolve_name(name);
        if (number == __NR_SCMP_ERROR)
            continue;
        // A negative number stands for a call that this architecture does not have.
        if (const int code = ::seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, number, 0); code != 0 && number >= 0)
            return systemFailure("cannot make the worker's seccomp filter", -code);
    }
    if (const int code = ::seccomp_load(filter.get()); code != 0)
        return systemFailure("cannot load the worker's seccomp filter", -code);
    return {};
}

} // namespace lamella::image
