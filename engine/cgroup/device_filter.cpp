// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/device_filter.h"

#include <cstdint>
#include <sys/syscall.h>

namespace lamella::cgroup {

namespace {

// Registers: the context's three words, and one to compute in (linux/bpf.h, struct bpf_cgroup_dev_ctx).
constexpr std::uint8_t kResult = BPF_REG_0;
constexpr std::uint8_t kContext = BPF_REG_1;
constexpr std::uint8_t kType = BPF_REG_2;
constexpr std::uint8_t kAccess = BPF_REG_3;
constexpr std::uint8_t kMajor = BPF_REG_4;
constexpr std::uint8_t kMinor = BPF_REG_5;
constexpr std::uint8_t kScratch = BPF_REG_6;

bpf_insn instruction(unsigned code, std::uint8_t destination, std::uint8_t source, std::int16_t offset,
                     std::int32_t value)
{
    bpf_insn result = {};
    result.code = static_cast<std::uint8_t>(code);
    result.dst_reg = destination & 0xf;
    result.src_reg = source & 0xf;
    result.off = offset;
    result.imm = value;
    return result;
}

bpf_insn load(std::uint8_t destination, std::size_t offset)
{
    return instruction(BPF_LDX | BPF_MEM | BPF_W, destination, kContext, static_cast<std::int16_t>(offset), 0);
}

bpf_insn compute(unsigned operation, std::uint8_t destination, std::int32_t value)
{
    return instruction(BPF_ALU | operation | BPF_K, destination, 0, 0, value);
}

void answer(std::vector<bpf_insn>& program, bool allowed)
{
    program.push_back(instruction(BPF_ALU64 | BPF_MOV | BPF_K, kResult, 0, 0, allowed ? 1 : 0));
    program.push_back(instruction(BPF_JMP | BPF_EXIT, 0, 0, 0, 0));
}

std::int32_t accessBits(std::string_view access)
{
    std::int32_t bits = 0;
    for (const char letter : access)
        bits |= letter == 'r' ? BPF_DEVCG_ACC_READ : letter == 'w' ? BPF_DEVCG_ACC_WRITE : BPF_DEVCG_ACC_MKNOD;
    return bits;
}

// A rule answers "allowed" when every test fits; each test jumps over the rest of the rule when it does not.
void addRule(std::vector<bpf_insn>& program, const DeviceRule& rule)
{
    std::vector<bpf_insn> tests;
    const auto mustEqual = [&](std::uint8_t reg, std::int32_t value) {
        tests.push_back(instruction(BPF_JMP | BPF_JNE | BPF_K, reg, 0, 0, value));
    };
    mustEqual(kType, rule.type == 'c' ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK);
    if (rule.major >= 0)
        mustEqual(kMajor, rule.major);
    if (rule.minor >= 0)
        mustEqual(kMinor, rule.minor);
    // Nothing may be asked for that the rule does not give.
    tests.push_back(instruction(BPF_ALU | BPF_MOV | BPF_X, kScratch, kAccess, 0, 0));
    tests.push_back(compute(BPF_AND, kScratch, ~accessBits(rule.access)));
    mustEqual(kScratch, 0);
    answer(tests, true);
    for (std::size_t i = 0; i < tests.size(); ++i) {
        if (tests[i].code == (BPF_JMP | BPF_JNE | BPF_K))
            tests[i].off = static_cast<std::int16_t>(tests.size() - i - 1);
    }
    program.insert(program.end(), tests.begin(), tests.end());
}

long bpf(bpf_cmd command, bpf_attr& attributes)
{
    return ::syscall(SYS_bpf, command, &attributes, sizeof attributes);
}

std::unexpected<Error> bpfFailure(std::string_view what)
{
    auto error = Error::system(errno, what);
    if (error.errnum == EPERM)
        error.kind = ErrorKind::NotAuthorized;
    else if (error.errnum == EINVAL)
        error.kind = ErrorKind::Unsupported;
    return std::unexpected(std::move(error));
}

} // namespace

std::vector<bpf_insn> compileDeviceFilter(std::span<const DeviceRule> rules)
{
    std::vector<bpf_insn> program;
    program.push_back(load(kType, offsetof(bpf_cgroup_dev_ctx, access_type)));
    program.push_back(instruction(BPF_ALU | BPF_MOV | BPF_X, kAccess, kType, 0, 0));
    program.push_back(compute(BPF_AND, kType, 0xffff)); // the type is the lower half, the access the upper
    program.push_back(compute(BPF_RSH, kAccess, 16));
    program.push_back(load(kMajor, offsetof(bpf_cgroup_dev_ctx, major)));
    program.push_back(load(kMinor, offsetof(bpf_cgroup_dev_ctx, minor)));
    for (const auto& rule : rules)
        addRule(program, rule);
    answer(program, false);
    return program;
}

Result<void> attachDefaultDeviceFilter(BorrowedFd directory)
{
    const auto program = compileDeviceFilter(kDefaultDevices);
    static constexpr char kLicense[] = "GPL";
    bpf_attr loading = {};
    loading.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    loading.insns = reinterpret_cast<std::uintptr_t>(program.data());
    loading.insn_cnt = static_cast<std::uint32_t>(program.size());
    loading.license = reinterpret_cast<std::uintptr_t>(kLicense);
    const UniqueFd loaded{static_cast<int>(bpf(BPF_PROG_LOAD, loading))};
    if (!loaded)
        return bpfFailure("cannot load the device filter");
    bpf_attr attaching = {};
    attaching.target_fd = static_cast<std::uint32_t>(directory.get());
    attaching.attach_bpf_fd = static_cast<std::uint32_t>(loaded.get());
    attaching.attach_type = BPF_CGROUP_DEVICE;
    attaching.attach_flags = BPF_F_ALLOW_MULTI;
    if (bpf(BPF_PROG_ATTACH, attaching) != 0)
        return bpfFailure("cannot attach the device filter");
    return {};
}

} // namespace lamella::cgroup
