// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/file.h"
#include "engine/os/process.h"
#include "engine/os/socket.h"
#include "engine/runtime/runtime.h"

#include "bundle.h"
#include "mount_table.h"

#include <QTest>

using namespace lamella;
using namespace lamella::test;

/// Containers whose root directory is changed where the root file system of the machine cannot be pivoted.
class TestRuntimeNoPivot : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void seesItsRootOnly_data();
    void seesItsRootOnly();
};

static QByteArray outputOf(const Bundle& bundle)
{
    auto pipe = os::makePipe();
    if (!pipe)
        return "no pipe";
    auto container = runtime::create({.id = bundle.id().toStdString(),
                                      .bundle = bundle.directory().toStdString(),
                                      .spec = bundle.spec,
                                      .streams = {BorrowedFd{0}, pipe->write.borrow(), pipe->write.borrow()},
                                      .noPivot = true});
    if (!container)
        return QByteArray::fromStdString(container.error().message);
    if (const auto started = runtime::start(*container); !started)
        return QByteArray::fromStdString(started.error().message);
    pipe->write.reset();
    const auto out = os::readAll(pipe->read.borrow(), "the output");
    std::ignore = os::waitFor(container->pidfd.borrow());
    std::ignore = container->cgroup->remove();
    return out ? QByteArray::fromStdString(*out) : QByteArray{};
}

void TestRuntimeNoPivot::seesItsRootOnly_data()
{
    QTest::addColumn<bool>("ofUser");
    QTest::addColumn<bool>("covered");
    QTest::newRow("without user namespace") << false << false;
    QTest::newRow("with user namespace") << true << false;
    QTest::newRow("another mount on the root") << false << true;
}

void TestRuntimeNoPivot::seesItsRootOnly()
{
    QFETCH(bool, ofUser);
    QFETCH(bool, covered);
    Bundle bundle{ofUser ? Kind::User : Kind::Plain};
    if (covered)
        bundle.spec.mounts.insert(bundle.spec.mounts.begin(), {"/", "tmpfs", "tmpfs", {"tmpcopyup"}});
    // As root of the machine's mounts it could leave its root directory: what it would find there has no procfs.
    bundle.setScript(QStringLiteral("ls -d /etc/passwd /usr /.. 2>/dev/null; touch /new; grep -c '^proc /proc proc ' "
                                    "/proc/mounts; [ -e /proc/1/status ] && echo proc; grep -c ' - sysfs ' "
                                    "/proc/self/mountinfo"));
    QCOMPARE(outputOf(bundle), QByteArray{"/..\n/etc/passwd\n1\nproc\n1\n"});
    QCOMPARE(QFile::exists(bundle.image() + QStringLiteral("/new")), !covered);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

QTEST_GUILESS_MAIN(TestRuntimeNoPivot)
#include "test_runtime_no_pivot.moc"
