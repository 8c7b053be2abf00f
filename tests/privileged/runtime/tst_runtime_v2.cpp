// SPDX-License-Identifier: GPL-3.0-or-later
// lamella-runtime and lamella-shim on Debian's kernel with cgroup v2 only, in a virtual machine that boots into
// runtime_v2_guest.
#include "tests/support/vm/machine.h"

#include <QTest>

using namespace Qt::StringLiterals;
using lamella::test::Machine;

class TestRuntimeV2 : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void check_data();
    void check();

private:
    void fill();
    Machine m_machine;
};

void TestRuntimeV2::fill()
{
    const QString bin = qEnvironmentVariable("LAMELLA_BIN");
    const QString tests = QCoreApplication::applicationDirPath();
    m_machine.addDirectory("modules");
    m_machine.addDirectory("programs");
    QVERIFY(m_machine.addModule(u"fs/overlayfs/overlay.ko.xz"_s));
    QVERIFY(m_machine.addModule(u"drivers/block/loop.ko.xz"_s));
    QVERIFY(m_machine.addProgram("programs/busybox", u"/usr/bin/busybox"_s));
    QVERIFY(m_machine.addProgram("programs/payload", tests + u"/lamella-test-payload"_s));
    QVERIFY(m_machine.addProgram("programs/lamella-runtime", bin + u"/lamella-runtime"_s));
    QVERIFY(m_machine.addProgram("programs/lamella-shim", bin + u"/lamella-shim"_s));
    QVERIFY(m_machine.addFile("programs/seccomp.json",
                              qEnvironmentVariable("LAMELLA_SOURCE") + u"/resources/seccomp/default.json"_s));
}

void TestRuntimeV2::initTestCase()
{
    if (const QString missing = Machine::missing(); !missing.isEmpty())
        QSKIP(qPrintable(missing));
    fill();
    if (QTest::currentTestFailed())
        return;
    const QString guest = QCoreApplication::applicationDirPath() + u"/runtime_v2_guest"_s;
    QVERIFY2(m_machine.run(guest, 768, std::chrono::seconds{200}), m_machine.console().constData());
}

/// The guest's list: it has said that it is through.
void TestRuntimeV2::check_data()
{
    QTest::addColumn<QByteArray>("name");
    for (const QByteArray& name : m_machine.checks())
        QTest::newRow(name.constData()) << name;
}

void TestRuntimeV2::check()
{
    QFETCH(QByteArray, name);
    QCOMPARE(m_machine.resultOf(name), "pass");
}

QTEST_GUILESS_MAIN(TestRuntimeV2)
#include "tst_runtime_v2.moc"
