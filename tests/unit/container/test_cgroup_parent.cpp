// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/cgroup_parent.h"

#include <QTest>

using lamella::cgroup::Mode;

/// Where containers' cgroups are made, by where the helper is.
class TestCgroupParent : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void takesTheDelegatedSubtree_data()
    {
        QTest::addColumn<Mode>("mode");
        QTest::addColumn<std::string>("own");
        QTest::addColumn<std::string>("parent");
        const std::string none = "/lamella";
        const std::string unit = "0::/system.slice/lamella.service/supervisor\n";
        QTest::newRow("unit") << Mode::V2 << unit << std::string{"/system.slice/lamella.service"};
        QTest::newRow("no new line") << Mode::V2 << std::string{"0::/a/supervisor"} << std::string{"/a"};
        QTest::newRow("subgroup not made") << Mode::V2 << std::string{"0::/system.slice/lamella.service\n"} << none;
        QTest::newRow("by hand") << Mode::V2 << std::string{"0::/user.slice/user-1000.slice/session-2.scope\n"} << none;
        QTest::newRow("root") << Mode::V2 << std::string{"0::/\n"} << none;
        QTest::newRow("below the root") << Mode::V2 << std::string{"0::/supervisor\n"} << none;
        QTest::newRow("another's name") << Mode::V2 << std::string{"0::/system.slice/mysupervisor\n"} << none;
        QTest::newRow("outside the namespace") << Mode::V2 << std::string{"0::/../a/supervisor\n"} << none;
        QTest::newRow("removed") << Mode::V2 << std::string{"0::/a/supervisor (deleted)\n"} << none;
        QTest::newRow("empty") << Mode::V2 << std::string{} << none;
        QTest::newRow("v1 line on v2") << Mode::V2 << std::string{"4:memory:/a/supervisor\n"} << none;
        QTest::newRow("v1") << Mode::V1 << unit << none;
        QTest::newRow("hybrid") << Mode::Hybrid << "4:memory:/a/supervisor\n1:name=systemd:/a/supervisor\n" + unit
                                << none;
    }

    void takesTheDelegatedSubtree()
    {
        QFETCH(const Mode, mode);
        QFETCH(const std::string, own);
        QFETCH(const std::string, parent);
        QCOMPARE(lamella::container::cgroupParent(mode, own), parent);
    }
};

QTEST_GUILESS_MAIN(TestCgroupParent)
#include "test_cgroup_parent.moc"
