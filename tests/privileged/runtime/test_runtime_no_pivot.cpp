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
    void whoJoinsFindsItsRoot_data();
    void whoJoinsFindsItsRoot();
};

static Result<runtime::Created> createIn(const Bundle& bundle, BorrowedFd out)
{
    return runtime::create({.id = bundle.id().toStdString(),
                            .bundle = bundle.directory().toStdString(),
                            .spec = bundle.spec,
                            .streams = {BorrowedFd{0}, out, out},
                            .noPivot = true});
}

static QByteArray outputOf(const Bundle& bundle)
{
    auto pipe = os::makePipe();
    if (!pipe)
        return "no pipe";
    auto container = createIn(bundle, pipe->write.borrow());
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

void TestRuntimeNoPivot::whoJoinsFindsItsRoot_data()
{
    QTest::addColumn<bool>("hasHooks"); // then the root lies where they know it until the last moment
    QTest::newRow("without hooks") << false;
    QTest::newRow("with hooks") << true;
}

void TestRuntimeNoPivot::whoJoinsFindsItsRoot()
{
    QFETCH(bool, hasHooks);
    Bundle bundle{Kind::Plain};
    if (hasHooks)
        bundle.spec.hooks.createContainer = {{"/bin/true", {}, {}, std::nullopt}};
    bundle.setCommand({QStringLiteral("true")});
    auto container = createIn(bundle, BorrowedFd{2});
    QVERIFY2(container.has_value(), container ? "" : container.error().message.c_str());
    const Outcome seen = test::run(QStringLiteral("nsenter"),
                                   {QStringLiteral("-t"), QString::number(container->pid), QStringLiteral("-m"),
                                    QStringLiteral("/bin/busybox"), QStringLiteral("ls"), QStringLiteral("-d"),
                                    QStringLiteral("/vol"), QStringLiteral("/usr")});
    QCOMPARE(seen.out, QByteArray{"/vol\n"});
}

QTEST_GUILESS_MAIN(TestRuntimeNoPivot)
#include "test_runtime_no_pivot.moc"
