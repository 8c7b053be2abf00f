// SPDX-License-Identifier: GPL-3.0-or-later
// What of a profile holds for a container and a machine.
#include "engine/oci/seccomp_profile.h"

#include <QFile>
#include <QTest>

#include <algorithm>
#include <set>

using namespace lamella;
using namespace Qt::StringLiterals;

namespace {

const oci::Machine kMachine{"amd64", "SCMP_ARCH_X86_64", 6, 12};

std::string profileWith(const QByteArray& rule)
{
    return (R"({"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["first"], "action": "SCMP_ACT_ALLOW"},
              {"names": ["second"], "action": "SCMP_ACT_ALLOW")"
            + (rule.isEmpty() ? QByteArray() : ", " + rule) + "}]}")
        .toStdString();
}

std::string defaultProfile()
{
    QFile file(qEnvironmentVariable("LAMELLA_SOURCE") + u"/resources/seccomp/default.json"_s);
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string{};
}

std::set<std::string> allowed(const oci::Seccomp& profile)
{
    std::set<std::string> names;
    for (const auto& rule : profile.syscalls) {
        if (rule.action == "SCMP_ACT_ALLOW")
            names.insert(rule.names.begin(), rule.names.end());
    }
    return names;
}

} // namespace

class TestSeccompProfile : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void ruleHolds_data();
    void ruleHolds();
    void keepsWhatARuleSays();
    void picksTheArchitecture();
    void refusesWhatIsWrong_data();
    void refusesWhatIsWrong();
    void defaultProfileNamesEachCallOnce_data();
    void defaultProfileNamesEachCallOnce();
    void capabilitiesOnlyAllowMore_data();
    void capabilitiesOnlyAllowMore();
};

void TestSeccompProfile::ruleHolds_data()
{
    QTest::addColumn<QByteArray>("rule");
    QTest::addColumn<bool>("holds");
    const auto row
        = [](const char* name, const char* rule, bool holds) { QTest::newRow(name) << QByteArray(rule) << holds; };
    row("always", "", true);
    row("empty conditions", R"("includes": {}, "excludes": {})", true);
    row("null conditions", R"("includes": null, "excludes": null)", true);
    row("has the capability", R"("includes": {"caps": ["CAP_CHOWN"]})", true);
    row("has both", R"("includes": {"caps": ["CAP_CHOWN", "CAP_KILL"]})", true);
    row("has one of two", R"("includes": {"caps": ["CAP_CHOWN", "CAP_SYS_ADMIN"]})", false);
    row("has it not", R"("includes": {"caps": ["CAP_SYS_ADMIN"]})", false);
    row("excluded", R"("excludes": {"caps": ["CAP_KILL"]})", false);
    row("one of two excludes", R"("excludes": {"caps": ["CAP_SYS_ADMIN", "CAP_KILL"]})", false);
    row("not excluded", R"("excludes": {"caps": ["CAP_SYS_ADMIN"]})", true);
    row("this architecture", R"("includes": {"arches": ["arm64", "amd64"]})", true);
    row("another architecture", R"("includes": {"arches": ["arm64"]})", false);
    row("this architecture excluded", R"("excludes": {"arches": ["amd64"]})", false);
    row("another architecture excluded", R"("excludes": {"arches": ["s390x"]})", true);
    row("old enough", R"("includes": {"minKernel": "4.8"})", true);
    row("exactly", R"("includes": {"minKernel": "6.12"})", true);
    row("minor too new", R"("includes": {"minKernel": "6.13"})", false);
    row("6.9 is before 6.12", R"("includes": {"minKernel": "6.9"})", true);
    row("major too new", R"("includes": {"minKernel": "7.0"})", false);
    row("excluded from a version on", R"("excludes": {"minKernel": "5.0"})", false);
    row("all conditions",
        R"("includes": {"caps": ["CAP_CHOWN"], "arches": ["amd64"], "minKernel": "4.8"}, "excludes": {"caps": ["CAP_SYS_ADMIN"]})",
        true);
}

void TestSeccompProfile::ruleHolds()
{
    QFETCH(QByteArray, rule);
    QFETCH(bool, holds);
    const auto resolved = oci::resolveProfile(profileWith(rule), {"CAP_CHOWN", "CAP_KILL"}, kMachine);
    QVERIFY2(resolved.has_value(), resolved ? "" : resolved.error().message.c_str());
    QCOMPARE(resolved->syscalls.size(), holds ? 2u : 1u);
    QCOMPARE(resolved->syscalls[0].names, std::vector<std::string>{"first"});
    if (holds)
        QCOMPARE(resolved->syscalls[1].names, std::vector<std::string>{"second"});
}

void TestSeccompProfile::keepsWhatARuleSays()
{
    const auto resolved = oci::resolveProfile(
        R"({"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "flags": ["SECCOMP_FILTER_FLAG_LOG"],
        "architectures": ["SCMP_ARCH_X86_64"], "syscalls": [{"names": ["a", "b"], "action": "SCMP_ACT_ERRNO", "errnoRet": 12, "comment": "why",
        "args": [{"index": 1, "value": 4294967296, "valueTwo": 7, "op": "SCMP_CMP_MASKED_EQ"}]}]})",
        {}, kMachine);
    QVERIFY(resolved.has_value());
    QCOMPARE(resolved->defaultErrnoRet, 38u);
    QCOMPARE(resolved->flags, std::vector<std::string>{"SECCOMP_FILTER_FLAG_LOG"});
    QCOMPARE(resolved->architectures, std::vector<std::string>{"SCMP_ARCH_X86_64"});
    const auto& rule = resolved->syscalls.at(0);
    QCOMPARE(rule.names.size(), 2u);
    QCOMPARE(rule.errnoRet, 12u);
    QCOMPARE(rule.args.at(0).index, 1u);
    QCOMPARE(rule.args.at(0).value, std::uint64_t(1) << 32);
    QCOMPARE(rule.args.at(0).valueTwo, 7u);
}

void TestSeccompProfile::picksTheArchitecture()
{
    const std::string text = R"({"defaultAction": "SCMP_ACT_ALLOW", "archMap": [
        {"architecture": "SCMP_ARCH_AARCH64", "subArchitectures": ["SCMP_ARCH_ARM"]},
        {"architecture": "SCMP_ARCH_X86_64", "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]}]})";
    const auto architectures
        = [&](const oci::Machine& machine) { return oci::resolveProfile(text, {}, machine)->architectures; };
    QCOMPARE(architectures(kMachine), (std::vector<std::string>{"SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"}));
    QCOMPARE(architectures({"arm64", "SCMP_ARCH_AARCH64", 6, 1}),
             (std::vector<std::string>{"SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"}));
    QVERIFY(architectures({"riscv64", "SCMP_ARCH_RISCV64", 6, 1}).empty());
    QVERIFY(!oci::resolveProfile(text, {})->architectures.empty()); // the machine that runs this
}

void TestSeccompProfile::refusesWhatIsWrong_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("kind");
    const auto row
        = [](const char* name, const QByteArray& text, ErrorKind kind) { QTest::newRow(name) << text << int(kind); };
    const auto invalid = ErrorKind::InvalidArgument;
    const auto withRule = [](const char* rule) { return QByteArray::fromStdString(profileWith(rule)); };
    row("empty", "", invalid);
    row("no JSON", "{", invalid);
    row("an array", "[]", invalid);
    row("a number", "1", invalid);
    row("syscalls is no array", R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": {}})", invalid);
    row("a rule is no object", R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [1]})", invalid);
    row("no names", R"({"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"action": "SCMP_ACT_ALLOW"}]})", invalid);
    row("unknown action", R"({"defaultAction": "SCMP_ACT_MAYBE"})", ErrorKind::Unsupported);
    row("a listener", R"({"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/x"})", ErrorKind::Unsupported);
    row("includes is no object", withRule(R"("includes": ["CAP_KILL"])"), invalid);
    row("caps is no array", withRule(R"("includes": {"caps": "CAP_KILL"})"), invalid);
    row("caps holds a number", withRule(R"("includes": {"caps": [1]})"), invalid);
    row("minKernel is a number", withRule(R"("includes": {"minKernel": 4.8})"), invalid);
    row("minKernel is no version", withRule(R"("includes": {"minKernel": "four"})"), invalid);
    row("minKernel without a minor", withRule(R"("includes": {"minKernel": "4"})"), invalid);
    row("minKernel beyond all", withRule(R"("includes": {"minKernel": "99999999999.1"})"), invalid);
    row("archMap is no array", R"({"defaultAction": "SCMP_ACT_ALLOW", "archMap": {"architecture": "x"}})", invalid);
    row("archMap holds a string", R"({"defaultAction": "SCMP_ACT_ALLOW", "archMap": ["x"]})", invalid);
    row("archMap and architectures", R"({"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86"],
        "archMap": [{"architecture": "SCMP_ARCH_X86_64"}]})",
        invalid);
    row("too long", QByteArray("{\"defaultAction\": \"SCMP_ACT_ALLOW\"") + QByteArray(1 << 20, ' ') + '}',
        ErrorKind::LimitExceeded);
}

void TestSeccompProfile::refusesWhatIsWrong()
{
    QFETCH(QByteArray, text);
    QFETCH(int, kind);
    const auto resolved = oci::resolveProfile(text.toStdString(), {}, kMachine);
    QVERIFY(!resolved);
    QCOMPARE(int(resolved.error().kind), kind);
    QVERIFY(!resolved.error().message.empty());
}

void TestSeccompProfile::defaultProfileNamesEachCallOnce_data()
{
    QTest::addColumn<QStringList>("capabilities");
    QTest::newRow("none") << QStringList{};
    QTest::newRow("usual") << QStringList{u"CAP_CHOWN"_s, u"CAP_SYS_CHROOT"_s, u"CAP_MKNOD"_s};
    QTest::newRow("administrator") << QStringList{u"CAP_SYS_ADMIN"_s, u"CAP_SYS_PTRACE"_s, u"CAP_SYSLOG"_s,
                                                  u"CAP_SYS_NICE"_s};
}

// A call that is allowed whatever its arguments must not be refused elsewhere: which of the two counts would be left to
// the library.
void TestSeccompProfile::defaultProfileNamesEachCallOnce()
{
    QFETCH(QStringList, capabilities);
    std::vector<std::string> names;
    for (const auto& capability : capabilities)
        names.push_back(capability.toStdString());
    const auto resolved = oci::resolveProfile(defaultProfile(), names, kMachine);
    QVERIFY2(resolved.has_value(), resolved ? "" : resolved.error().message.c_str());
    std::set<std::string> seen;
    for (const auto& rule : resolved->syscalls) {
        for (const auto& name : rule.names) {
            if (rule.args.empty())
                QVERIFY2(seen.insert(name).second, name.c_str());
        }
    }
    for (const auto& rule : resolved->syscalls) {
        for (const auto& name : rule.names)
            QVERIFY2(rule.args.empty() || !seen.contains(name), name.c_str());
    }
}

void TestSeccompProfile::capabilitiesOnlyAllowMore_data()
{
    QTest::addColumn<QByteArray>("capability");
    QTest::addColumn<QByteArray>("call");
    const auto row = [](const char* capability, const char* call) {
        QTest::newRow(capability) << QByteArray(capability) << QByteArray(call);
    };
    row("CAP_SYS_ADMIN", "mount");
    row("CAP_DAC_READ_SEARCH", "open_by_handle_at");
    row("CAP_SYS_BOOT", "reboot");
    row("CAP_SYS_CHROOT", "chroot");
    row("CAP_SYS_MODULE", "finit_module");
    row("CAP_SYS_PACCT", "acct");
    row("CAP_SYS_PTRACE", "process_madvise");
    row("CAP_SYS_RAWIO", "ioperm");
    row("CAP_SYS_TIME", "clock_settime");
    row("CAP_SYS_TTY_CONFIG", "vhangup");
    row("CAP_SYS_NICE", "mbind");
    row("CAP_SYSLOG", "syslog");
}

void TestSeccompProfile::capabilitiesOnlyAllowMore()
{
    QFETCH(QByteArray, capability);
    QFETCH(QByteArray, call);
    const auto without = allowed(oci::resolveProfile(defaultProfile(), {}, kMachine).value());
    const auto with = allowed(oci::resolveProfile(defaultProfile(), {capability.toStdString()}, kMachine).value());
    QVERIFY(!without.contains(call.toStdString()));
    QVERIFY(with.contains(call.toStdString()));
    QVERIFY(std::ranges::includes(with, without));
}

QTEST_GUILESS_MAIN(TestSeccompProfile)
#include "tst_seccomp_profile.moc"
