// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rootfs/file_systems.h"

#include <QTest>

using namespace lamella;

/// What a machine with SELinux is told of linux.mountLabel.
class TestMountLabel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void context_data();
    void context();
};

void TestMountLabel::context_data()
{
    QTest::addColumn<bool>("takes");
    for (const char* type : {"tmpfs", "devpts", "overlay", "ext4"})
        QTest::newRow(type) << true;
    for (const char* type : {"proc", "sysfs", "mqueue"})
        QTest::newRow(type) << false;
}

void TestMountLabel::context()
{
    QFETCH(bool, takes);
    // The comma is the label's: it stands between two categories, and is no end of an option.
    const std::string label = "system_u:object_r:container_file_t:s0:c1,c2";
    const oci::Mount mount{"/x", QTest::currentDataTag(), "none", {"size=4k"}};
    oci::MountOptions options;
    options.data = {{"size", "4k"}};
    rootfs::addContext(mount.type, "", options);
    QCOMPARE(options.data.size(), std::size_t{1});
    rootfs::addContext(mount.type, label, options);
    const auto data = rootfs::dataOf(mount, options);
    QCOMPARE(data.size(), takes ? std::size_t{2} : std::size_t{1});
    QVERIFY(data.front() == std::pair(std::string{"size"}, std::string{"4k"}));
    if (takes)
        QVERIFY(data.back() == std::pair(std::string{"context"}, label));
}

QTEST_GUILESS_MAIN(TestMountLabel)
#include "test_mount_label.moc"
