// SPDX-License-Identifier: GPL-3.0-or-later
#include "running.h"

#include <QTest>

#include <net/if.h>
#include <sched.h>
#include <unistd.h>

using namespace lamella;
using namespace lamella::test;

Q_DECLARE_METATYPE(Kind)

/// Network devices that go into the container (config-linux.md, "Network Devices").
class TestRuntimeNetDevices : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { removeEverything(); }

    void moved_data();
    void moved();
    void missingMovesNothing();
    void nameIsTaken();
    void cve_2021_43784_lengthsAreBounded();

private:
    static void ip(const char* arguments);
};

void TestRuntimeNetDevices::ip(const char* arguments)
{
    const Outcome outcome = test::run(QStringLiteral("/usr/sbin/ip"), QString::fromLatin1(arguments).split(u' '));
    QVERIFY2(outcome.status == 0, outcome.err);
}

void TestRuntimeNetDevices::initTestCase()
{
    enterPrivateMounts();
    // The devices of this test are nobody else's.
    QCOMPARE(::unshare(CLONE_NEWNET), 0);
    if (test::run(QStringLiteral("/usr/sbin/ip"),
                  {QStringLiteral("link"), QStringLiteral("add"), QStringLiteral("probe"), QStringLiteral("type"),
                   QStringLiteral("veth"), QStringLiteral("peer"), QStringLiteral("name"), QStringLiteral("eborp")})
            .status
        != 0)
        QSKIP("this kernel makes no pair of network devices");
}

void TestRuntimeNetDevices::moved_data()
{
    QTest::addColumn<Kind>("kind");
    QTest::newRow("plain") << Kind::Plain;
    QTest::newRow("user namespace") << Kind::User;
}

void TestRuntimeNetDevices::moved()
{
    QFETCH(Kind, kind);
    ip("link add one0 type veth peer name one1");
    ip("link add two0 type veth peer name two1");
    ip("link set dev one0 mtu 1300 address 02:00:00:00:00:17 up");
    ip("link set dev one1 up");
    ip("addr add 10.9.8.7/24 brd 10.9.8.255 dev one0");
    ip("addr add 10.9.9.7/16 dev one0");
    ip("addr add 2001:db8::7/64 dev one0 nodad");
    Bundle bundle{kind};
    bundle.spec.linux.netDevices = {{"one0", "eth0"}, {"two0", "two0"}};
    bundle.spec.linux.sysctl = {{"net/ipv4/conf/eth0/forwarding", "1"}};
    bundle.setScript(QStringLiteral("ip -o link show eth0; ip -o addr show eth0; ip -o link show two0; "
                                    "cat /proc/sys/net/ipv4/conf/eth0/forwarding"));
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    for (const char* text : {"mtu 1300", "02:00:00:00:00:17", "LOWER_UP", "inet 10.9.8.7/24 brd 10.9.8.255",
                             "inet 10.9.9.7/16", "inet6 2001:db8::7/64", "two0@", "\n1\n"})
        QVERIFY2(outcome.out.contains(text), outcome.out + text);
    QCOMPARE(::if_nametoindex("one0"), 0u);
    QTRY_COMPARE(::if_nametoindex("one1"), 0u); // the namespace is gone, and the pair with it
}

void TestRuntimeNetDevices::missingMovesNothing()
{
    ip("link add here0 type veth peer name here1");
    Bundle bundle{Kind::User};
    bundle.spec.linux.netDevices = {{"here0", "a"}, {"nosuch0", "b"}};
    bundle.setCommand({QStringLiteral("true")});
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains("cannot find the network device nosuch0: No such device"), outcome.err);
    QVERIFY(::if_nametoindex("here0") != 0);
    QCOMPARE(bundle.leftovers(), QStringList{});
    ip("link del here0");
}

void TestRuntimeNetDevices::nameIsTaken()
{
    ip("link add here0 type veth peer name here1");
    Bundle bundle{Kind::Plain};
    bundle.spec.linux.netDevices = {{"here0", "lo"}};
    bundle.setCommand({QStringLiteral("true")});
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains("it has a device lo already"), outcome.err);
    QVERIFY(::if_nametoindex("here0") != 0);
    ip("link del here0");
}

/// A name that is longer than its field, up to where a length of netlink wraps round, would write other attributes.
void TestRuntimeNetDevices::cve_2021_43784_lengthsAreBounded()
{
    ip("link add here0 type veth peer name here1");
    for (const std::size_t length : {16u, 255u, 65531u, 65536u, 65540u, 131072u}) {
        Bundle bundle{Kind::Plain};
        bundle.spec.linux.netDevices = {{"here0", std::string(length, 'x')}};
        bundle.setCommand({QStringLiteral("true")});
        const Outcome outcome = bundle.run();
        QCOMPARE(outcome.status, 1);
        QVERIFY2(outcome.err.contains("is no name of a network device"), outcome.err);
        QVERIFY(::if_nametoindex("here0") != 0);
    }
    // The id maps, which runc sends by netlink: more than the kernel takes.
    Bundle bundle{Kind::User};
    bundle.spec.linux.uidMappings.clear();
    for (std::uint32_t i = 0; i < 341; ++i)
        bundle.spec.linux.uidMappings.push_back({i, 100000 + i, 1});
    bundle.setCommand({QStringLiteral("true")});
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains("uidMappings has more than 340 elements"), outcome.err);
    ip("link del here0");
}

QTEST_GUILESS_MAIN(TestRuntimeNetDevices)
#include "test_runtime_net_devices.moc"
