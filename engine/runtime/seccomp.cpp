// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/seccomp.h"

#include "engine/runtime/seccomp_newer.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <linux/seccomp.h>
#include <memory>
#include <seccomp.h>
#include <set>
#include <sys/syscall.h>
#include <tuple>
#include <unistd.h>

namespace lamella::runtime {

namespace {

using Filter = std::unique_ptr<void, void (*)(scmp_filter_ctx)>;

std::unexpected<Error> seccompFailure(std::string_view what, int code)
{
    return systemFailure(what, -code);
}

Result<std::uint32_t> actionCode(const std::string& name, std::optional<unsigned> errnoRet)
{
    const unsigned data = errnoRet.value_or(EPERM);
    if (data > 0xffff)
        return failure(ErrorKind::InvalidArgument,
                       "the seccomp profile's errnoRet " + std::to_string(data) + " is too large");
    if (name == "SCMP_ACT_ALLOW")
        return SCMP_ACT_ALLOW;
    if (name == "SCMP_ACT_ERRNO")
        return SCMP_ACT_ERRNO(data);
    if (name == "SCMP_ACT_KILL" || name == "SCMP_ACT_KILL_THREAD")
        return SCMP_ACT_KILL_THREAD;
    if (name == "SCMP_ACT_KILL_PROCESS")
        return SCMP_ACT_KILL_PROCESS;
    if (name == "SCMP_ACT_TRAP")
        return SCMP_ACT_TRAP;
    if (name == "SCMP_ACT_LOG")
        return SCMP_ACT_LOG;
    if (name == "SCMP_ACT_TRACE")
        return SCMP_ACT_TRACE(data);
    if (name == "SCMP_ACT_NOTIFY")
        return SCMP_ACT_NOTIFY;
    return failure(ErrorKind::InvalidArgument, "the seccomp profile has an unknown action \"" + name + '"');
}

Result<scmp_compare> compareCode(const std::string& name)
{
    constexpr std::array<std::pair<std::string_view, scmp_compare>, 7> codes{{
        {"SCMP_CMP_NE", SCMP_CMP_NE},
        {"SCMP_CMP_LT", SCMP_CMP_LT},
        {"SCMP_CMP_LE", SCMP_CMP_LE},
        {"SCMP_CMP_EQ", SCMP_CMP_EQ},
        {"SCMP_CMP_GE", SCMP_CMP_GE},
        {"SCMP_CMP_GT", SCMP_CMP_GT},
        {"SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ},
    }};
    const auto found = std::ranges::find(codes, std::string_view{name}, &decltype(codes)::value_type::first);
    if (found == codes.end())
        return failure(ErrorKind::InvalidArgument, "the seccomp profile has an unknown operator \"" + name + '"');
    return found->second;
}

Result<std::vector<scmp_arg_cmp>> compares(const std::vector<oci::SeccompArg>& arguments)
{
    std::vector<scmp_arg_cmp> result;
    for (const auto& argument : arguments) {
        if (argument.index > 5)
            return failure(ErrorKind::InvalidArgument,
                           "the seccomp profile compares argument " + std::to_string(argument.index)
                               + " of a call; there are 0 to 5");
        result.push_back({argument.index, TRY(compareCode(argument.op)), argument.value, argument.valueTwo});
    }
    return result;
}

bool comparesOneTwice(const std::vector<scmp_arg_cmp>& arguments)
{
    std::set<unsigned> seen;
    return std::ranges::any_of(arguments, [&](const auto& argument) { return !seen.insert(argument.arg).second; });
}

// What a profile says, without what differs by architecture.
struct Defaults {
    std::uint32_t action;
    bool lax; // what no rule names is let through
};

int add(scmp_filter_ctx filter, std::uint32_t action, int number, std::span<const scmp_arg_cmp> arguments)
{
    return ::seccomp_rule_add_array(filter, action, number, static_cast<unsigned>(arguments.size()), arguments.data());
}

// -EDOM: the call means nothing on this architecture. -EEXIST: the same rule is there, or it is a second one for a call
// that 32-bit x86 and s390 also make through socketcall or ipc, where the filter cannot see the arguments. There a rule
// that forbids something in a lax profile forbids all of the call instead of being lost.
Result<void> addRule(scmp_filter_ctx filter, const Defaults& defaults, std::uint32_t action, int number,
                     std::span<const scmp_arg_cmp> arguments, const std::string& name)
{
    int code = add(filter, action, number, arguments);
    if (code == -EEXIST && defaults.lax && action != SCMP_ACT_ALLOW && !arguments.empty())
        code = add(filter, action, number, {});
    if (code != 0 && code != -EEXIST && code != -EDOM)
        return seccompFailure("cannot add the seccomp rule for " + name, code);
    return {};
}

Result<void> addSyscalls(scmp_filter_ctx filter, const oci::SeccompSyscalls& syscalls, const Defaults& defaults)
{
    const std::uint32_t action = TRY(actionCode(syscalls.action, syscalls.errnoRet));
    const auto arguments = TRY(compares(syscalls.args));
    if (action == defaults.action)
        return {};
    // libseccomp compares an argument once in a rule; the field reads two comparisons of one argument as alternatives.
    const bool alternatives = comparesOneTwice(arguments);
    for (const auto& name : syscalls.names) {
        const int number = ::seccomp_syscall_resolve_name(name.c_str());
        if (number == __NR_SCMP_ERROR)
            continue;
        if (!alternatives) {
            TRY(addRule(filter, defaults, action, number, arguments, name));
            continue;
        }
        for (const auto& argument : arguments)
            TRY(addRule(filter, defaults, action, number, {&argument, 1}, name));
    }
    return {};
}

constexpr std::string_view kArchitecturePrefix = "SCMP_ARCH_";

// config-linux.md, "Seccomp": the words for architectures. Which of them mean something libseccomp knows.
constexpr std::array kArchitectures{
    "SCMP_ARCH_X86",         "SCMP_ARCH_X86_64", "SCMP_ARCH_X32",       "SCMP_ARCH_ARM",     "SCMP_ARCH_AARCH64",
    "SCMP_ARCH_MIPS",        "SCMP_ARCH_MIPS64", "SCMP_ARCH_MIPS64N32", "SCMP_ARCH_MIPSEL",  "SCMP_ARCH_MIPSEL64",
    "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PPC",    "SCMP_ARCH_PPC64",     "SCMP_ARCH_PPC64LE", "SCMP_ARCH_S390",
    "SCMP_ARCH_S390X",       "SCMP_ARCH_PARISC", "SCMP_ARCH_PARISC64",  "SCMP_ARCH_RISCV64", "SCMP_ARCH_LOONGARCH64",
    "SCMP_ARCH_M68K",        "SCMP_ARCH_SH",     "SCMP_ARCH_SHEB"};

// 0 for a name that libseccomp does not know.
std::uint32_t architectureOf(std::string_view name)
{
    std::string word{name.substr(kArchitecturePrefix.size())};
    std::ranges::transform(word, word.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return ::seccomp_arch_resolve_name(word.c_str());
}

struct FilterFlag {
    std::string_view name;
    unsigned bit;
};

constexpr std::array kFilterFlags{
    FilterFlag{"SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC},
    FilterFlag{"SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG},
    FilterFlag{"SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW},
    FilterFlag{"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV},
};

// This machine's own, then those of the profile that libseccomp knows.
Result<std::vector<std::uint32_t>> architectures(const std::vector<std::string>& names)
{
    std::vector<std::uint32_t> result{::seccomp_arch_native()};
    for (const auto& name : names) {
        if (!name.starts_with(kArchitecturePrefix))
            return failure(ErrorKind::InvalidArgument,
                           "the seccomp profile has an unknown architecture \"" + name + '"');
        const std::uint32_t architecture = architectureOf(name);
        if (architecture != 0 && !std::ranges::contains(result, architecture))
            result.push_back(architecture);
    }
    return result;
}

// One architecture at a time: libseccomp takes a rule back from all of them when one of them refuses it.
Result<Filter> filterFor(std::uint32_t architecture, const oci::Seccomp& profile, const Defaults& defaults)
{
    Filter filter{::seccomp_init(defaults.action), ::seccomp_release};
    if (!filter)
        return failure(ErrorKind::InvalidArgument,
                       "the seccomp profile's default action " + profile.defaultAction + " is not possible here");
    constexpr std::uint32_t binaryTree = 2;
    int code = ::seccomp_attr_set(filter.get(), SCMP_FLTATR_CTL_OPTIMIZE, binaryTree);
    if (code == 0 && architecture != ::seccomp_arch_native()) {
        code = ::seccomp_arch_add(filter.get(), architecture);
        if (code == 0)
            code = ::seccomp_arch_remove(filter.get(), ::seccomp_arch_native());
    }
    if (code != 0)
        return seccompFailure("cannot prepare a seccomp filter", code);
    // One transaction for all: each rule would otherwise copy all that are there, to be able to go back.
    if (code = ::seccomp_transaction_start(filter.get()); code != 0)
        return seccompFailure("cannot prepare a seccomp filter", code);
    for (const auto& syscalls : profile.syscalls)
        TRY(addSyscalls(filter.get(), syscalls, defaults));
    if (code = ::seccomp_transaction_commit(filter.get()); code != 0)
        return seccompFailure("cannot compile the seccomp profile", code);
    return filter;
}

// `program`, and after it the filter.
Result<std::vector<sock_filter>> exported(std::vector<sock_filter> program, scmp_filter_ctx filter)
{
    std::size_t size = 0;
    if (const int code = ::seccomp_export_bpf_mem(filter, nullptr, &size); code != 0)
        return seccompFailure("cannot compile the seccomp profile", code);
    const std::size_t before = program.size();
    program.resize(before + size / sizeof(sock_filter));
    if (const int code = ::seccomp_export_bpf_mem(filter, program.data() + before, &size); code != 0)
        return seccompFailure("cannot compile the seccomp profile", code);
    if (program.size() == before || program.size() > BPF_MAXINSNS)
        return failure(ErrorKind::LimitExceeded,
                       "the seccomp profile compiles to " + std::to_string(program.size())
                           + " instructions; the kernel takes " + std::to_string(BPF_MAXINSNS));
    return program;
}

} // namespace

Result<std::vector<sock_filter>> compileSeccomp(const oci::Seccomp& profile)
{
    const std::uint32_t action = TRY(actionCode(profile.defaultAction, profile.defaultErrnoRet));
    const Defaults defaults{action, action == SCMP_ACT_ALLOW || action == SCMP_ACT_LOG};
    const auto all = TRY(architectures(profile.architectures));
    const Filter whole = TRY(filterFor(all.front(), profile, defaults));
    for (const std::uint32_t other : std::span{all}.subspan(1)) {
        Filter filter = TRY(filterFor(other, profile, defaults));
        if (const int code = ::seccomp_merge(whole.get(), filter.get()); code != 0)
            return seccompFailure("cannot join the seccomp filters of two architectures", code);
        std::ignore = filter.release(); // it went into the whole one
    }
    return exported(refuseNewerCalls(profile, all), whole.get());
}

Result<unsigned> seccompFlags(const oci::Seccomp& profile)
{
    unsigned flags = 0;
    for (const auto& name : profile.flags) {
        const auto* flag = std::ranges::find(kFilterFlags, std::string_view{name}, &FilterFlag::name);
        if (flag == kFilterFlags.end())
            return failure(ErrorKind::InvalidArgument, "the seccomp profile has an unknown flag \"" + name + '"');
        flags |= flag->bit;
    }
    // The kernel refuses both (seccomp(2)).
    return flags & ~(oci::usesNotify(profile) ? SECCOMP_FILTER_FLAG_TSYNC : SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV);
}

std::vector<std::string_view> knownSeccompFlags()
{
    std::vector<std::string_view> names;
    for (const FilterFlag& flag : kFilterFlags)
        names.push_back(flag.name);
    return names;
}

std::vector<std::string> knownSeccompArchitectures()
{
    std::vector<std::string> names;
    for (const char* name : kArchitectures) {
        if (architectureOf(name) != 0)
            names.emplace_back(name);
    }
    return names;
}

int loadSeccomp(std::span<const sock_filter> program, unsigned flags) noexcept
{
    const sock_fprog filter{static_cast<unsigned short>(program.size()), const_cast<sock_filter*>(program.data())};
    return ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &filter) == 0 ? 0 : errno;
}

int loadNotifyingSeccomp(std::span<const sock_filter> program, unsigned flags) noexcept
{
    const sock_fprog filter{static_cast<unsigned short>(program.size()), const_cast<sock_filter*>(program.data())};
    return static_cast<int>(
        ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags | SECCOMP_FILTER_FLAG_NEW_LISTENER, &filter));
}

} // namespace lamella::runtime
