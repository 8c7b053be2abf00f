// SPDX-License-Identifier: GPL-3.0-or-later
#include "running.h"

#include <QTest>

using namespace lamella;
using namespace lamella::test;
using oci::NamespaceType;

Q_DECLARE_METATYPE(Kind)
Q_DECLARE_METATYPE(NamespaceType)

/// Namespaces that are made, joined and shared, and what is set in them (config-linux.md, "Namespaces").
class TestRuntimeNamespaces : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void joinedByPath_data();
    void joinedByPath();
    void joinedTogether();
    void sharedWhereAbsent();
    void otherMappingsAreRefused();
    void notAUserNamespace();
    void timeOffsets_data();
    void timeOffsets();
    void timeOffsetOutOfRange();
    void names();
    void settingsOfTheMachineAreRefused_data();
    void settingsOfTheMachineAreRefused();
    void sysctls_data();
    void sysctls();
    void loopbackIsUp();
};

namespace {

struct Kinds {
    NamespaceType type;
    const char* file;
};
constexpr Kinds kKinds[]{{NamespaceType::Pid, "pid"},   {NamespaceType::Network, "net"},
                         {NamespaceType::Ipc, "ipc"},   {NamespaceType::Uts, "uts"},
                         {NamespaceType::User, "user"}, {NamespaceType::Cgroup, "cgroup"},
                         {NamespaceType::Time, "time"}};

QString linkOf(int pid, const char* file)
{
    return QFile::symLinkTarget(QStringLiteral("/proc/%1/ns/%2").arg(pid).arg(QLatin1String(file))).section(u'/', -1);
}

void setPath(Bundle& bundle, NamespaceType type, const QString& path)
{
    std::erase_if(bundle.spec.linux.namespaces, [&](const oci::Namespace& space) { return space.type == type; });
    bundle.spec.linux.namespaces.push_back({type, path.toStdString()});
}

/// Joins one namespace of the process by its path.
void join(Bundle& bundle, int pid, const Kinds& kind)
{
    setPath(bundle, kind.type, QStringLiteral("/proc/%1/ns/%2").arg(pid).arg(QLatin1String(kind.file)));
}

/// Another user namespace's files: the tests' mounts that need the same owner of their namespaces are left out.
void leaveOutForeign(Bundle& bundle)
{
    std::erase_if(bundle.spec.mounts, [](const oci::Mount& mount) {
        return mount.type == "mqueue" || mount.type == "sysfs" || mount.type == "cgroup";
    });
    bundle.spec.linux.maskedPaths.clear();
    bundle.spec.linux.readonlyPaths.clear();
}

void addTime(Bundle& bundle)
{
    bundle.spec.linux.namespaces.push_back({NamespaceType::Time, {}});
}

} // namespace

void TestRuntimeNamespaces::joinedByPath_data()
{
    QTest::addColumn<Kind>("kind");
    QTest::addColumn<int>("index");
    for (int i = 0; i < int(std::size(kKinds)); ++i) {
        // Only the owner of a PID namespace may mount a procfs of it: see joinedTogether().
        if (kKinds[i].type != NamespaceType::Pid)
            QTest::addRow("%s", kKinds[i].file) << Kind::User << i;
        if (kKinds[i].type != NamespaceType::User)
            QTest::addRow("%s without a user namespace", kKinds[i].file) << Kind::Plain << i;
    }
}

void TestRuntimeNamespaces::joinedByPath()
{
    QFETCH(Kind, kind);
    QFETCH(int, index);
    Bundle holder{kind};
    addTime(holder);
    const int pid = startSleeping(holder);
    QVERIFY(pid > 0);

    Bundle guest{kind};
    guest.spec.hostname.clear();
    join(guest, pid, kKinds[index]);
    // What belongs to the holder's user namespace can be joined only from within it, or from the machine's.
    if (kind == Kind::User)
        leaveOutForeign(guest);
    guest.setScript(QStringLiteral("for n in pid net ipc uts user cgroup time; do readlink /proc/self/ns/$n; done; "
                                   "id -u; echo x >/vol/file"));
    const Outcome outcome = guest.run();
    QCOMPARE(outcome.err, QByteArray{});
    const QList<QByteArray> spaces = outcome.out.split('\n');
    for (int i = 0; i < int(std::size(kKinds)); ++i) {
        const bool same = spaces.value(i) == linkOf(pid, kKinds[i].file).toLatin1();
        const bool shared = kKinds[i].type == NamespaceType::User && kind == Kind::Plain;
        QVERIFY2(same == (i == index || shared), kKinds[i].file);
    }
    QCOMPARE(spaces.value(7), QByteArray{"0"});
    QCOMPARE(linkOf(pid, kKinds[index].file).toLatin1(), spaces.value(index));
    QCOMPARE(guest.leftovers(), QStringList{});
    // The runtime came back: the next container is as far from the machine as ever.
    QCOMPARE(Bundle{kind}.run().status, 1); // no command
}

/// As the containers of a pod are.
void TestRuntimeNamespaces::joinedTogether()
{
    Bundle holder{Kind::User};
    const int pid = startSleeping(holder);
    QVERIFY(pid > 0);
    Bundle guest{Kind::User};
    guest.spec.hostname.clear();
    guest.spec.linux.uidMappings.clear();
    guest.spec.linux.gidMappings.clear();
    for (const Kinds& kind : kKinds) {
        if (kind.type != NamespaceType::Cgroup && kind.type != NamespaceType::Time)
            join(guest, pid, kind);
    }
    const int second = startSleeping(guest);
    QVERIFY(second > 0);
    for (const char* file : {"pid", "net", "ipc", "uts", "user"})
        QCOMPARE(linkOf(second, file), linkOf(pid, file));
    QVERIFY(linkOf(second, "mnt") != linkOf(pid, "mnt"));
    const Outcome inside
        = guest.runtime({QStringLiteral("exec"), guest.id(), QStringLiteral("sh"), QStringLiteral("-c"),
                         QStringLiteral("id -u; hostname; cat /proc/self/uid_map")});
    QCOMPARE(inside.err, QByteArray{});
    QCOMPARE(inside.out.simplified(), QByteArray{"0 box 0 100000 65536"});
}

void TestRuntimeNamespaces::sharedWhereAbsent()
{
    Bundle bundle{Kind::Plain};
    bundle.spec.hostname.clear();
    std::erase_if(bundle.spec.linux.namespaces,
                  [](const oci::Namespace& space) { return space.type != NamespaceType::Mount; });
    bundle.setScript(
        QStringLiteral("for n in pid net ipc uts user cgroup time mnt; do readlink /proc/self/ns/$n; done"));
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    const QList<QByteArray> spaces = outcome.out.split('\n');
    for (int i = 0; i < int(std::size(kKinds)); ++i)
        QCOMPARE(spaces.value(i), linkOf(::getpid(), kKinds[i].file).toLatin1());
    QVERIFY(spaces.value(7) != linkOf(::getpid(), "mnt").toLatin1());
}

void TestRuntimeNamespaces::otherMappingsAreRefused()
{
    Bundle holder{Kind::User};
    const int pid = startSleeping(holder);
    Bundle guest{Kind::User};
    join(guest, pid, kKinds[4]);
    guest.spec.linux.uidMappings.front().hostId = 200000;
    guest.setCommand({QStringLiteral("true")});
    const Outcome outcome = guest.run();
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains("are not those of the user namespace"), outcome.err);
    QCOMPARE(guest.leftovers(), QStringList{});
}

void TestRuntimeNamespaces::notAUserNamespace()
{
    for (const char* path : {"/proc/self/ns/net", "/proc/self/ns/user", "/etc/passwd", "/no/such/file"}) {
        Bundle bundle{Kind::User};
        setPath(bundle, NamespaceType::User, QString::fromLatin1(path));
        bundle.setCommand({QStringLiteral("true")});
        const Outcome outcome = bundle.run();
        QCOMPARE(outcome.status, 1);
        QVERIFY2(outcome.err.contains("user namespace") || outcome.err.contains(path), outcome.err);
        QCOMPARE(bundle.leftovers(), QStringList{});
    }
}

void TestRuntimeNamespaces::timeOffsets_data()
{
    QTest::addColumn<Kind>("kind");
    QTest::newRow("plain") << Kind::Plain;
    QTest::newRow("user namespace") << Kind::User;
    QTest::newRow("overlay") << Kind::Overlay;
}

void TestRuntimeNamespaces::timeOffsets()
{
    QFETCH(Kind, kind);
    Bundle bundle{kind};
    addTime(bundle);
    bundle.spec.linux.timeOffsets = {{"boottime", {1'000'000'000, 0}}, {"monotonic", {2'000'000'000, 500}}};
    bundle.setScript(QStringLiteral("cat /proc/self/timens_offsets /proc/uptime"));
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    const QByteArray text = outcome.out.simplified();
    QVERIFY2(text.startsWith("monotonic 2000000000 500 boottime 1000000000 0 10000"), text);
    QFile own{QStringLiteral("/proc/uptime")};
    QVERIFY(own.open(QIODevice::ReadOnly));
    QVERIFY(own.readAll().split('.').first().toLongLong() < 1'000'000'000);
}

void TestRuntimeNamespaces::timeOffsetOutOfRange()
{
    Bundle bundle{Kind::Plain};
    addTime(bundle);
    bundle.spec.linux.timeOffsets = {{"boottime", {-4'000'000'000, 0}}};
    bundle.setCommand({QStringLiteral("true")});
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains("timens_offsets"), outcome.err);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeNamespaces::names()
{
    for (const Kind kind : {Kind::Plain, Kind::User}) {
        Bundle bundle{kind};
        bundle.spec.domainname = "example.org";
        bundle.setScript(QStringLiteral("cat /proc/sys/kernel/hostname /proc/sys/kernel/domainname"));
        QCOMPARE(bundle.run().out, QByteArray{"box\nexample.org\n"});
    }
}

void TestRuntimeNamespaces::settingsOfTheMachineAreRefused_data()
{
    QTest::addColumn<int>("index");
    QTest::addColumn<QByteArray>("key");
    QTest::newRow("network") << 1 << QByteArray{"net.ipv4.ip_default_ttl"};
    QTest::newRow("ipc") << 2 << QByteArray{"kernel.msgmax"};
    QTest::newRow("uts") << 3 << QByteArray{"kernel.domainname"};
    QTest::newRow("uts and its name") << 3 << QByteArray{};
}

/// A path to the machine's own namespace is as good as none.
void TestRuntimeNamespaces::settingsOfTheMachineAreRefused()
{
    QFETCH(int, index);
    QFETCH(QByteArray, key);
    Bundle bundle{Kind::Plain};
    bundle.spec.hostname = key.isEmpty() ? "changed" : "";
    join(bundle, ::getpid(), kKinds[index]);
    if (!key.isEmpty())
        bundle.spec.linux.sysctl = {{key.toStdString(), "77"}};
    bundle.setCommand({QStringLiteral("true")});
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains("is the machine's own namespace"), outcome.err);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeNamespaces::sysctls_data()
{
    QTest::addColumn<bool>("ownPids");
    QTest::newRow("own PID namespace") << true;
    QTest::newRow("the machine's") << false;
}

/// A user namespace beside the machine's PID namespace may mount no procfs.
void TestRuntimeNamespaces::sysctls()
{
    QFETCH(bool, ownPids);
    for (const Kind kind : {Kind::Plain, Kind::User}) {
        Bundle bundle{kind};
        if (!ownPids)
            std::erase_if(bundle.spec.linux.namespaces,
                          [](const oci::Namespace& space) { return space.type == NamespaceType::Pid; });
        bundle.spec.linux.sysctl = {{"net.ipv4.ip_default_ttl", "77"},
                                    {"net/ipv4/conf/lo/forwarding", "1"},
                                    {"kernel.msgmax", "9000"},
                                    {"fs.mqueue.msg_max", "20"}};
        QString files
            = QStringLiteral("net/ipv4/ip_default_ttl net/ipv4/conf/lo/forwarding kernel/msgmax fs/mqueue/msg_max");
        QByteArray expected = "77\n1\n9000\n20\n";
        if (kind == Kind::User) {
            bundle.spec.linux.sysctl["user.max_net_namespaces"] = "3";
            files += QStringLiteral(" user/max_net_namespaces");
            expected += "3\n";
        }
        bundle.setScript(QStringLiteral("cd /proc/sys; cat ") + files);
        const Outcome outcome = bundle.run();
        QCOMPARE(outcome.err, QByteArray{});
        QCOMPARE(outcome.out, expected);
    }
}

void TestRuntimeNamespaces::loopbackIsUp()
{
    for (const Kind kind : {Kind::Plain, Kind::User}) {
        Bundle bundle{kind};
        bundle.setScript(QStringLiteral("ip -o link show lo | grep -c LOWER_UP"));
        QCOMPARE(bundle.run().out, QByteArray{"1\n"});
    }
}

QTEST_GUILESS_MAIN(TestRuntimeNamespaces)
#include "test_runtime_namespaces.moc"
