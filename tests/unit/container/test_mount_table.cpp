// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/mount_table.h"

#include <QTest>

#include <sys/sysmacros.h>

using namespace lamella::container;

class TestMountTable : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsWhatTheKernelSays()
    {
        const auto mounts = parseMountTable(
            "612 540 0:54 / / rw,relatime shared:1 master:2 - overlay overlay rw,lowerdir=/l,upperdir=/u\n"
            "613 612 0:60 /a\\040b /a\\011dir\\012\\134end ro - tmpfs tmpfs rw\n"
            "614 612 259:3 /etc/hosts /etc/hosts rw,nosuid - ext4 /dev/root rw\n");
        QCOMPARE(mounts.size(), 3u);
        QCOMPARE(mounts[0].id, 612u);
        QCOMPARE(mounts[0].device, makedev(0, 54));
        QCOMPARE(mounts[0].root, "/");
        QCOMPARE(mounts[0].point, "/");
        QCOMPARE(mounts[0].type, "overlay");
        QCOMPARE(mounts[1].root, "/a b");
        QCOMPARE(mounts[1].point, "/a\tdir\n\\end");
        QCOMPARE(mounts[1].type, "tmpfs");
        QCOMPARE(mounts[2].device, makedev(259, 3));
    }

    void leavesOutWhatIsNoMount_data()
    {
        QTest::addColumn<QByteArray>("line");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("cut") << QByteArray("612 540 0:54 / /");
        QTest::newRow("no type") << QByteArray("612 540 0:54 / / rw -");
        QTest::newRow("no dash") << QByteArray("612 540 0:54 / / rw shared:1 overlay overlay rw");
        QTest::newRow("no number") << QByteArray("x 540 0:54 / / rw - overlay overlay rw");
        QTest::newRow("no device") << QByteArray("612 540 054 / / rw - overlay overlay rw");
    }
    void leavesOutWhatIsNoMount()
    {
        QFETCH(QByteArray, line);
        QCOMPARE(parseMountTable(line.toStdString()).size(), 0u);
    }
};

QTEST_GUILESS_MAIN(TestMountTable)
#include "test_mount_table.moc"
