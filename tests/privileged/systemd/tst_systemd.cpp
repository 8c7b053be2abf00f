// SPDX-License-Identifier: GPL-3.0-or-later
// The helper as a service of systemd, on its system bus, with polkit and logind: a virtual machine boots Debian with
// our files as a package installs them, and systemd_guest tries everything there; then it boots once more.
#include "tests/support/vm/machine.h"

#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using lamella::test::Machine;

class TestSystemd : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void check_data();
    void check();

private:
    void makeImage(const QString& image);
    Machine m_machine;
    Machine m_rebooted;
};

void TestSystemd::makeImage(const QString& image)
{
    QProcess script;
    script.setProcessChannelMode(QProcess::MergedChannels);
    script.start(qEnvironmentVariable("LAMELLA_SOURCE") + u"/tests/privileged/systemd/make_image.sh"_s,
                 {QStringLiteral(BUILD_DIRECTORY), Machine::kernelRelease(),
                  QCoreApplication::applicationDirPath() + u"/systemd_guest"_s, image});
    QVERIFY(script.waitForFinished(-1));
    QVERIFY2(script.exitStatus() == QProcess::NormalExit && script.exitCode() == 0, script.readAll().constData());
}

void TestSystemd::initTestCase()
{
    if (const QString missing = Machine::missing(); !missing.isEmpty())
        QSKIP(qPrintable(missing));
    if (QStandardPaths::findExecutable(u"mke2fs"_s, {u"/usr/sbin"_s}).isEmpty())
        QSKIP("needs the package e2fsprogs");
    if (QLatin1StringView(INSTALL_PREFIX) != "/usr"_L1)
        QSKIP("needs a build that is installed below /usr, as the presets are");
    // Not in /tmp, which may be memory.
    const QTemporaryDir directory(u"/var/tmp/lamella-test-%1-XXXXXX"_s.arg(QCoreApplication::applicationPid()));
    QVERIFY(directory.isValid());
    const QString image = directory.filePath(u"disk"_s);
    makeImage(image);
    if (QTest::currentTestFailed())
        return;
    for (Machine* machine : {&m_machine, &m_rebooted})
        QVERIFY2(machine->runDisk(image, u"systemd.unit=multi-user.target systemd.show_status=0"_s, 1024,
                                  std::chrono::minutes{8}),
                 machine->console().constData());
}

/// The guest's list: it has said that it is through.
void TestSystemd::check_data()
{
    QTest::addColumn<const Machine*>("machine");
    QTest::addColumn<QByteArray>("name");
    for (const Machine* machine : {&m_machine, &m_rebooted}) {
        for (const QByteArray& name : machine->checks())
            QTest::addRow("%s %s", machine == &m_machine ? "first" : "rebooted", name.constData()) << machine << name;
    }
}

void TestSystemd::check()
{
    QFETCH(const Machine*, machine);
    QFETCH(QByteArray, name);
    QVERIFY2(machine->resultOf(name) == "pass", machine->console().constData());
}

QTEST_GUILESS_MAIN(TestSystemd)
#include "tst_systemd.moc"
