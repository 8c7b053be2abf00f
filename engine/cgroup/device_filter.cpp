// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/device_filter.h"

#include <array>
#include <cstdint>
#include <ranges>
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

// A rule answers when every test fits; each test jumps over the rest of the rule when it does not. What an earlier rule
// of the program (a later one of the list) has allowed is no longer asked for.
void addRule(std::vector<bpf_insn>& program, const DeviceRule& rule)
{
    std::vector<bpf_insn> tests;
    const auto skipIf = [&](unsigned comparison, std::uint8_t reg, std::int32_t value) {
        tests.push_back(instruction(BPF_JMP | comparison | BPF_K, reg, 0, 0, value));
    };
    const auto access = static_cast<std::int32_t>(rule.access);
    if (rule.type != 'a')
        skipIf(BPF_JNE, kType, rule.type == 'c' ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK);
    if (rule.major >= 0)
        skipIf(BPF_JNE, kMajor, rule.major);
    if (rule.minor >= 0)
        skipIf(BPF_JNE, kMinor, rule.minor);
    if (rule.allow) {
        tests.push_back(compute(BPF_AND, kAccess, ~access));
        skipIf(BPF_JNE, kAccess, 0);
    } else {
        tests.push_back(instruction(BPF_ALU | BPF_MOV | BPF_X, kScratch, kAccess, 0, 0));
        tests.push_back(compute(BPF_AND, kScratch, access));
        skipIf(BPF_JEQ, kScratch, 0);
    }
    answer(tests, rule.allow);
    for (std::size_t i = 0; i < tests.size(); ++i) {
        const unsigned code = tests[i].code;
        if (code == (BPF_JMP | BPF_JNE | BPF_K) || code == (BPF_JMP | BPF_JEQ | BPF_K))
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

Result<UniqueFd> loadFilter(const std::vector<bpf_insn>& program)
{
    static constexpr char kLicense[] = "GPL";
    bpf_attr loading = {};
    loading.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    loading.insns = reinterpret_cast<std::uintptr_t>(program.data());
    loading.insn_cnt = static_cast<std::uint32_t>(program.size());
    loading.license = reinterpret_cast<std::uintptr_t>(kLicense);
    UniqueFd loaded{static_cast<int>(bpf(BPF_PROG_LOAD, loading))};
    if (!loaded)
        return bpfFailure("cannot load the device filter");
    return loaded;
}

// The programs that are attached to the directory itself: none of a cgroup that was just made.
std::vector<std::uint32_t> attachedFilters(BorrowedFd directory)
{
    std::array<std::uint32_t, 64> ids; // BPF_CGROUP_MAX_PROGS
    bpf_attr query = {};
    query.query.target_fd = static_cast<std::uint32_t>(directory.get());
    query.query.attach_type = BPF_CGROUP_DEVICE;
    query.query.prog_ids = reinterpret_cast<std::uintptr_t>(ids.data());
    query.query.prog_cnt = ids.size();
    if (bpf(BPF_PROG_QUERY, query) != 0)
        return {};
    return {ids.begin(), ids.begin() + query.query.prog_cnt};
}

Result<void> detachFilter(BorrowedFd directory, std::uint32_t id)
{
    bpf_attr opening = {};
    opening.prog_id = id;
    const UniqueFd program{static_cast<int>(bpf(BPF_PROG_GET_FD_BY_ID, opening))};
    bpf_attr detaching = {};
    detaching.target_fd = static_cast<std::uint32_t>(directory.get());
    detaching.attach_bpf_fd = static_cast<std::uint32_t>(program.get());
    detaching.attach_type = BPF_CGROUP_DEVICE;
    if (!program || bpf(BPF_PROG_DETACH, detaching) != 0)
        return bpfFailure("cannot detach the device filter of before");
    return {};
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
    for (const auto& rule : std::views::reverse(rules)) {
        if (rule.isAboutAll()) {
            answer(program, rule.allow);
            return program;
        }
        addRule(program, rule);
    }
    answer(program, false);
    return program;
}

Result<void> attachDeviceFilter(BorrowedFd directory, std::span<const DeviceRule> rules)
{
    const UniqueFd loaded = TRY(loadFilter(compileDeviceFilter(rules)));
    const std::vector<std::uint32_t> before = attachedFilters(directory);
    bpf_attr attaching = {};
    attaching.target_fd = static_cast<std::uint32_t>(directory.get());
    attaching.attach_bpf_fd = static_cast<std::uint32_t>(loaded.get());
    attaching.attach_type = BPF_CGROUP_DEVICE;
    attaching.attach_flags = BPF_F_ALLOW_MULTI;
    if (bpf(BPF_PROG_ATTACH, attaching) != 0)
        return bpfFailure("cannot attach the device filter");
    for (const std::uint32_t id : before)
        TRY(detachFilter(directory, id));
    return {};
}

} // namespace lamella::cgroup
