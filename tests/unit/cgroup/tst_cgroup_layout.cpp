// SPDX-License-Identifier: GPL-3.0-or-later
// Reading the mount table: which trees a machine has.
#include "engine/cgroup/layout.h"

#include <QTest>

using namespace lamella;
using cgroup::Mode;

class TestCgroupLayout : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void findsTheTrees_data();
    void findsTheTrees();
    void saysThatThereIsNone_data();
    void saysThatThereIsNone();
};

void TestCgroupLayout::findsTheTrees_data()
{
    QTest::addColumn<QByteArray>("mountinfo");
    QTest::addColumn<int>("mode");
    QTest::addColumn<QByteArray>("v1"); // "controllers@mount point" in order
    QTest::addColumn<QByteArray>("unified");

    const QByteArray root = "23 1 8:1 / / rw - ext4 /dev/sda1 rw\n31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n";
    QTest::newRow("v1, a mount for each")
        << root
            + "32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
              "35 31 0:32 / /sys/fs/cgroup/memory rw shared:7 - cgroup cgroup rw,memory\n"
        << int(Mode::V1) << QByteArray("cpu@/sys/fs/cgroup/cpu memory@/sys/fs/cgroup/memory") << QByteArray();
    QTest::newRow("hybrid as systemd has it") << root
            + "24 31 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate\n"
              "25 31 0:31 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,name=systemd\n"
              "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
              "33 31 0:33 / /sys/fs/cgroup/net_cls,net_prio rw - cgroup cgroup rw,net_cls,net_prio\n"
              "34 31 0:34 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer\n"
                                              << int(Mode::Hybrid)
                                              << QByteArray("cpu,cpuacct@/sys/fs/cgroup/cpu,cpuacct "
                                                            "net_cls,net_prio@/sys/fs/cgroup/net_cls,net_prio "
                                                            "freezer@/sys/fs/cgroup/freezer")
                                              << QByteArray("/sys/fs/cgroup/unified");
    QTest::newRow("v2") << QByteArray(
        "23 1 8:1 / / rw - ext4 /dev/sda1 rw\n30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw,nsdelegate\n")
                        << int(Mode::V2) << QByteArray() << QByteArray("/sys/fs/cgroup");
    QTest::newRow("v2 beside a named v1 tree") << QByteArray(
        "30 23 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n31 23 0:27 / /mnt/x rw - cgroup cgroup rw,name=other\n")
                                               << int(Mode::V2) << QByteArray() << QByteArray("/sys/fs/cgroup");
    QTest::newRow("inside another container")
        << QByteArray("40 23 0:29 /docker/abc /sys/fs/cgroup/cpu ro - cgroup cgroup rw,cpu\n") << int(Mode::V1)
        << QByteArray("cpu@/sys/fs/cgroup/cpu") << QByteArray();
    QTest::newRow("mounted twice: the usual place counts") << QByteArray(
        "40 23 0:29 / /mnt/cpu rw - cgroup cgroup rw,cpu\n41 23 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
        "42 23 0:29 / /var/lib/x/cpu rw - cgroup cgroup rw,cpu\n"
        "43 23 0:30 / /mnt/two rw - cgroup2 cgroup2 rw\n44 23 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n")
                                                           << int(Mode::Hybrid) << QByteArray("cpu@/sys/fs/cgroup/cpu")
                                                           << QByteArray("/sys/fs/cgroup/unified");
    QTest::newRow("elsewhere, with a blank") << QByteArray("40 23 0:29 / /mnt/my\\040cpu rw - cgroup cgroup rw,cpu\n")
                                             << int(Mode::V1) << QByteArray("cpu@/mnt/my cpu") << QByteArray();
    QTest::newRow("lines that are cut short")
        << QByteArray("40 23 0:29 /\n\n - \n40 - cgroup\n41 23 0:29 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids")
        << int(Mode::V1) << QByteArray("pids@/sys/fs/cgroup/pids") << QByteArray();
}

void TestCgroupLayout::findsTheTrees()
{
    QFETCH(QByteArray, mountinfo);
    QFETCH(int, mode);
    QFETCH(QByteArray, v1);
    QFETCH(QByteArray, unified);
    const auto layout = cgroup::parseLayout(mountinfo.toStdString());
    QVERIFY(layout.has_value());
    QCOMPARE(int(layout->mode), mode);
    QCOMPARE(QByteArray::fromStdString(layout->unified), unified);
    QCOMPARE(!layout->systemd.empty(), mountinfo.contains("name=systemd"));
    QByteArray found;
    for (const auto& tree : layout->v1) {
        QByteArrayList controllers;
        for (const auto& controller : tree.controllers)
            controllers << QByteArray::fromStdString(controller);
        found
            += (found.isEmpty() ? "" : " ") + controllers.join(',') + '@' + QByteArray::fromStdString(tree.mountPoint);
    }
    QCOMPARE(found, v1);
}

void TestCgroupLayout::saysThatThereIsNone_data()
{
    QTest::addColumn<QByteArray>("mountinfo");
    QTest::newRow("nothing") << QByteArray();
    QTest::newRow("no cgroups") << QByteArray("23 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
    QTest::newRow("only a named tree") << QByteArray(
        "31 23 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n");
}

void TestCgroupLayout::saysThatThereIsNone()
{
    QFETCH(QByteArray, mountinfo);
    const auto layout = cgroup::parseLayout(mountinfo.toStdString());
    QVERIFY(!layout);
    QCOMPARE(layout.error().kind, ErrorKind::Unsupported);
}

QTEST_GUILESS_MAIN(TestCgroupLayout)
#include "tst_cgroup_layout.moc"
