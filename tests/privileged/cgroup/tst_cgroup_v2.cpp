// SPDX-License-Identifier: GPL-3.0-or-later
// The v2 driver on a real kernel: Debian's, in a virtual machine that boots into cgroup_v2_guest and nothing else.
#include "tests/support/vm/machine.h"

#include <QTest>

using namespace Qt::StringLiterals;
using lamella::test::Machine;

class TestCgroupV2 : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void check_data();
    void check();

private:
    Machine m_machine;
};

void TestCgroupV2::initTestCase()
{
    if (const QString missing = Machine::missing(); !missing.isEmpty())
        QSKIP(qPrintable(missing));
    const QString guest = QCoreApplication::applicationDirPath() + u"/cgroup_v2_guest"_s;
    m_machine.addDirectory("modules");
    QVERIFY(m_machine.addModule(u"drivers/block/loop.ko.xz"_s));
    QVERIFY2(m_machine.run(guest, 512, std::chrono::seconds{200}), m_machine.console().constData());
}

/// The guest's list: it has said that it is through.
void TestCgroupV2::check_data()
{
    QTest::addColumn<QByteArray>("name");
    for (const QByteArray& name : m_machine.checks())
        QTest::newRow(name.constData()) << name;
}

void TestCgroupV2::check()
{
    QFETCH(QByteArray, name);
    QCOMPARE(m_machine.resultOf(name), "pass");
}

QTEST_GUILESS_MAIN(TestCgroupV2)
#include "tst_cgroup_v2.moc"
