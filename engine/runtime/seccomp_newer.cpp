// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/seccomp_newer.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>

namespace lamella::runtime {

namespace {

constexpr std::uint32_t kX32Bit = 0x40000000; // of a call's number; the architecture is that of x86-64
constexpr std::uint32_t kPrivateCalls = 0xf0000; // where Arm has calls of its own, whatever comes new below

constexpr sock_filter statement(std::uint16_t code, std::uint32_t operand)
{
    return {code, 0, 0, operand};
}

constexpr sock_filter jump(std::uint16_t test, std::uint32_t operand, std::uint8_t ifTrue, std::uint8_t ifFalse)
{
    return {static_cast<std::uint16_t>(BPF_JMP | test | BPF_K), ifTrue, ifFalse, operand};
}

// The first number above all that the profile names; 0: it names no call that this architecture has.
std::uint32_t firstNewer(const oci::Seccomp& profile, std::uint32_t architecture)
{
    std::uint32_t first = 0;
    for (const auto& syscalls : profile.syscalls) {
        for (const auto& name : syscalls.names) {
            const int number = ::seccomp_syscall_resolve_name_arch(architecture, name.c_str());
            if (number >= 0 && (static_cast<std::uint32_t>(number) & ~kX32Bit) < kPrivateCalls)
                first = std::max(first, static_cast<std::uint32_t>(number) + 1);
        }
    }
    return first;
}

bool refuses(const oci::Seccomp& profile)
{
    constexpr std::array kills{"SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_KILL_PROCESS"};
    if (profile.defaultAction == "SCMP_ACT_ERRNO")
        return profile.defaultErrnoRet != ENOSYS;
    return std::ranges::contains(kills, profile.defaultAction);
}

} // namespace

std::vector<sock_filter> refuseNewerCalls(const oci::Seccomp& profile, std::span<const std::uint32_t> architectures)
{
    std::vector<sock_filter> program;
    if (!refuses(profile))
        return program;
    for (const std::uint32_t architecture : architectures) {
        const std::uint32_t first = firstNewer(profile, architecture);
        if (first == 0)
            continue;
        const std::uint32_t token = architecture == SCMP_ARCH_X32 ? AUDIT_ARCH_X86_64 : architecture;
        const std::array<sock_filter, 6> block{
            statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
            jump(BPF_JEQ, token, 0, 4),
            statement(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
            jump(BPF_JGE, first, 0, 2),
            jump(BPF_JGE, (first & kX32Bit) | kPrivateCalls, 1, 0),
            statement(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        };
        program.insert(program.end(), block.begin(), block.end());
    }
    return program;
}

} // namespace lamella::runtime
