// SPDX-License-Identifier: GPL-3.0-or-later
// The device filter's instructions, run by an interpreter of the few that it uses. (tst_cgroup_v2 tries it in a
// kernel.)
#include "engine/cgroup/device_filter.h"

#include <QTest>

#include <array>
#include <cstring>

using namespace lamella::cgroup;

namespace {

// What the program answers, or -1 where it does something that it may not.
int run(std::span<const bpf_insn> program, const bpf_cgroup_dev_ctx& context)
{
    std::array<std::uint64_t, 11> registers{};
    std::array<std::uint32_t, 3> words{context.access_type, context.major, context.minor};
    for (std::size_t at = 0, steps = 0; at < program.size() && steps < 10'000; ++at, ++steps) {
        const bpf_insn& i = program[at];
        auto& to = registers[i.dst_reg];
        const auto operand
            = static_cast<std::uint32_t>(BPF_SRC(i.code) == BPF_X ? registers[i.src_reg] : std::uint64_t(i.imm));
        switch (i.code) {
        case BPF_LDX | BPF_MEM | BPF_W:
            if (i.src_reg != BPF_REG_1 || i.off % 4 != 0 || i.off < 0 || i.off > 8)
                return -1;
            to = words[std::size_t(i.off) / 4];
            break;
        case BPF_ALU | BPF_MOV | BPF_X:
        case BPF_ALU64 | BPF_MOV | BPF_K:
            to = operand;
            break;
        case BPF_ALU | BPF_AND | BPF_K:
            to = std::uint32_t(to) & operand;
            break;
        case BPF_ALU | BPF_RSH | BPF_K:
            to = std::uint32_t(to) >> operand;
            break;
        case BPF_JMP | BPF_JNE | BPF_K:
            if (i.off < 0)
                return -1; // only forward
            if (to != std::uint64_t(std::int64_t(i.imm)))
                at += std::size_t(i.off);
            break;
        case BPF_JMP | BPF_JEQ | BPF_K:
            if (i.off < 0)
                return -1;
            if (to == std::uint64_t(std::int64_t(i.imm)))
                at += std::size_t(i.off);
            break;
        case BPF_JMP | BPF_EXIT:
            return int(registers[0]);
        default:
            return -1;
        }
    }
    return -1;
}

std::uint32_t accessType(char type, const char* access)
{
    std::uint32_t bits = 0;
    for (; *access; ++access)
        bits |= *access == 'r' ? BPF_DEVCG_ACC_READ : *access == 'w' ? BPF_DEVCG_ACC_WRITE : BPF_DEVCG_ACC_MKNOD;
    return bits << 16 | (type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR);
}

} // namespace

class TestDeviceFilter : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void answers_data();
    void answers();
    void withoutRulesDeniesAll();
    void theLastRuleCounts_data();
    void theLastRuleCounts();
    void rulesAboutAllEndTheProgram();
};

void TestDeviceFilter::answers_data()
{
    QTest::addColumn<quint32>("access");
    QTest::addColumn<quint32>("majorNumber");
    QTest::addColumn<quint32>("minorNumber");
    QTest::addColumn<int>("allowed");
    const auto row
        = [](const char* name, char type, const char* access, quint32 majorNumber, quint32 minorNumber, int allowed) {
              QTest::newRow(name) << accessType(type, access) << majorNumber << minorNumber << allowed;
          };
    row("null", 'c', "rw", 1, 3, 1);
    row("zero", 'c', "r", 1, 5, 1);
    row("full", 'c', "w", 1, 7, 1);
    row("random", 'c', "rw", 1, 8, 1);
    row("urandom", 'c', "rwm", 1, 9, 1);
    row("tty", 'c', "rw", 5, 0, 1);
    row("console", 'c', "rw", 5, 1, 1);
    row("ptmx", 'c', "rw", 5, 2, 1);
    row("a terminal", 'c', "rw", 136, 77, 1);
    row("mem", 'c', "r", 1, 1, 0);
    row("kmsg", 'c', "r", 1, 11, 0);
    row("fuse", 'c', "rw", 10, 229, 0);
    row("tun", 'c', "rw", 10, 200, 0);
    row("the first disk", 'b', "r", 8, 0, 0);
    row("a disk with null's numbers", 'b', "r", 1, 3, 0);
    row("making a disk node", 'b', "m", 8, 0, 1);
    row("making a node", 'c', "m", 10, 229, 1);
    row("making and reading one", 'c', "rm", 10, 229, 0);
    row("large numbers", 'c', "rw", 0xfff, 0xfffff, 0);
    row("136 as block device", 'b', "rw", 136, 0, 0);
}

void TestDeviceFilter::answers()
{
    QFETCH(quint32, access);
    QFETCH(quint32, majorNumber);
    QFETCH(quint32, minorNumber);
    QFETCH(int, allowed);
    QCOMPARE(run(compileDeviceFilter(kDefaultDevices), {access, majorNumber, minorNumber}), allowed);
}

void TestDeviceFilter::withoutRulesDeniesAll()
{
    QCOMPARE(run(compileDeviceFilter({}), {accessType('c', "r"), 1, 3}), 0);
}

using Rules = std::vector<DeviceRule>;
Q_DECLARE_METATYPE(Rules)

void TestDeviceFilter::theLastRuleCounts_data()
{
    QTest::addColumn<Rules>("rules");
    QTest::addColumn<QByteArray>("access");
    QTest::addColumn<int>("allowed");
    const auto row = [](const char* name, const Rules& rules, const char* access, int allowed) {
        QTest::newRow(name) << rules << QByteArray(access) << allowed;
    };
    constexpr DeviceRule kAllow{true, 'c', 10, 229, kEveryAccess};
    constexpr DeviceRule kDeny{false, 'c', 10, 229, kEveryAccess};
    constexpr DeviceRule kAll{true, 'a', -1, -1, kEveryAccess};
    constexpr DeviceRule kNothing{false, 'a', -1, -1, kEveryAccess};
    row("allowed", {kAllow}, "rw", 1);
    row("denied after allowed", {kAllow, kDeny}, "r", 0);
    row("allowed after denied", {kDeny, kAllow}, "r", 1);
    row("out of a range", {{true, 'c', 10, -1, kEveryAccess}, kDeny}, "r", 0);
    row("another of the range", {{true, 'c', 10, -1, kEveryAccess}, {false, 'c', 10, 1, kEveryAccess}}, "rw", 1);
    row("all but it", {kAll, kDeny}, "r", 0);
    row("all but another", {kAll, {false, 'c', 10, 1, kEveryAccess}}, "rwm", 1);
    row("all but writing: reads", {kAll, {false, 'c', 10, 229, kWriteDevice}}, "r", 1);
    row("all but writing: writes", {kAll, {false, 'c', 10, 229, kWriteDevice}}, "w", 0);
    row("all but writing: both", {kAll, {false, 'c', 10, 229, kWriteDevice}}, "rw", 0);
    row("nothing forgets what was before", {kAllow, kNothing}, "r", 0);
    row("all forgets what was before", {kDeny, kAll}, "r", 1);
    row("parts that make a whole", {{true, 'c', 10, 229, kReadDevice}, {true, 'c', -1, -1, kWriteDevice}}, "rw", 1);
    row("a part is not the whole", {{true, 'c', 10, 229, kReadDevice}}, "rw", 0);
    row("both types", {{true, 'a', 10, 229, kEveryAccess}}, "rw", 1);
    row("the other type", {{true, 'b', 10, 229, kEveryAccess}}, "r", 0);
    row("reading of all", {{true, 'a', -1, -1, kReadDevice}}, "r", 1);
    row("writing where reading of all", {{true, 'a', -1, -1, kReadDevice}}, "w", 0);
}

void TestDeviceFilter::theLastRuleCounts()
{
    QFETCH(Rules, rules);
    QFETCH(QByteArray, access);
    QFETCH(int, allowed);
    QCOMPARE(run(compileDeviceFilter(rules), {accessType('c', access.constData()), 10, 229}), allowed);
}

/// The kernel refuses a program with instructions that are never reached.
void TestDeviceFilter::rulesAboutAllEndTheProgram()
{
    const Rules all{{true, 'a', -1, -1, kEveryAccess}};
    const Rules more{{false, 'c', 1, 1, kEveryAccess}, {true, 'c', 1, 2, kReadDevice}, all.front()};
    QCOMPARE(compileDeviceFilter(more).size(), compileDeviceFilter(all).size());
}

QTEST_GUILESS_MAIN(TestDeviceFilter)
#include "tst_device_filter.moc"
