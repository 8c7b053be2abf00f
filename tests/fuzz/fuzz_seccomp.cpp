// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/seccomp_profile.h"

using namespace lamella;

namespace {

/// Says why, always.
int refused(const Error& error)
{
    if (error.message.empty())
        __builtin_trap();
    return 0;
}

} // namespace

/// A seccomp profile as Docker writes it. What is taken names actions and operators, and arguments that there are.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    constexpr std::size_t kArguments = 6;
    const auto profile = oci::resolveProfile({reinterpret_cast<const char*>(data), size}, {"CAP_KILL"},
                                             {"amd64", "SCMP_ARCH_X86_64", 6, 12});
    if (!profile)
        return refused(profile.error());
    for (const auto& rule : profile->syscalls) {
        if (rule.names.empty() || !rule.action.starts_with("SCMP_ACT_"))
            __builtin_trap();
        for (const auto& argument : rule.args) {
            if (argument.index >= kArguments || !argument.op.starts_with("SCMP_CMP_"))
                __builtin_trap();
        }
    }
    return 0;
}
