// SPDX-License-Identifier: GPL-3.0-or-later
// The v2 driver on a real kernel: Debian's, in a virtual machine without acceleration, so that it also runs on a
// machine that has cgroup v1 only. The machine boots into cgroup_v2_guest and nothing else.
#include <QDir>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>
#include <sys/sysmacros.h>

using namespace Qt::StringLiterals;

namespace {

// The initial file system as the kernel unpacks it: a cpio archive of the "newc" form (the kernel's
// Documentation/driver-api/early-userspace/buffer-format.rst).
class Archive {
public:
    void add(const QByteArray& name, mode_t mode, const QByteArray& content = {}, unsigned majorNumber = 0,
             unsigned minorNumber = 0)
    {
        QByteArray header = "070701";
        const quint32 fields[] = {++m_inode,
                                  mode,
                                  0,
                                  0,
                                  1,
                                  0,
                                  quint32(content.size()),
                                  0,
                                  0,
                                  majorNumber,
                                  minorNumber,
                                  quint32(name.size()) + 1,
                                  0};
        for (const quint32 field : fields)
            header += QByteArray::number(field, 16).rightJustified(8, '0');
        m_bytes += header + name + '\0';
        pad();
        m_bytes += content;
        pad();
    }
    QByteArray finished()
    {
        add("TRAILER!!!", 0);
        return m_bytes;
    }

private:
    void pad() { m_bytes.append((4 - m_bytes.size() % 4) % 4, '\0'); }
    QByteArray m_bytes;
    quint32 m_inode = 0;
};

QString newestKernel()
{
    const QDir boot(u"/boot"_s);
    const auto kernels = boot.entryList({u"vmlinuz-*"_s}, QDir::Files, QDir::Name);
    return kernels.isEmpty() ? QString() : boot.filePath(kernels.last());
}

constexpr const char* kChecks[] = {
    "machineIsV2",
    "controllersAreEnabled",
    "namesARefusedLimit",
    "secondOfTheSamePathIsRefused",
    "killsWhatTakesTooMuchMemory",
    "limitsTheNumberOfProcesses",
    "holdsBackWhatUsesTooMuchCpu",
    "countsMemoryByKind",
    "deniesDevices",
    "bornInside",
    "joinsFromAUserNamespace",
    "stopsAndGoesOn",
    "killsEveryProcessEvenWhenFrozen",
    "removesChildrenOfTheContainer",
    "parentWithProcessesIsExplained",
};

} // namespace

class TestCgroupV2 : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void check_data();
    void check();

private:
    QByteArray m_console;
};

void TestCgroupV2::initTestCase()
{
    const QString qemu = QStandardPaths::findExecutable(u"qemu-system-x86_64"_s);
    const QString kernel = newestKernel();
    if (qemu.isEmpty() || kernel.isEmpty())
        QSKIP("needs the packages qemu-system-x86 and linux-image-cloud-amd64");

    QFile guest(QCoreApplication::applicationDirPath() + u"/cgroup_v2_guest"_s);
    QVERIFY(guest.open(QIODevice::ReadOnly));
    Archive archive;
    archive.add("dev", S_IFDIR | 0755);
    archive.add("dev/console", S_IFCHR | 0600, {}, 5, 1);
    archive.add("init", S_IFREG | 0755, guest.readAll());
    const QTemporaryDir directory;
    QFile initial(directory.filePath(u"initrd"_s));
    QVERIFY(initial.open(QIODevice::WriteOnly));
    initial.write(archive.finished());
    initial.close();

    QProcess machine;
    machine.setProcessChannelMode(QProcess::MergedChannels);
    machine.start(qemu,
                  {u"-accel"_s, u"tcg"_s, u"-cpu"_s, u"max"_s, u"-m"_s, u"512"_s, u"-nodefaults"_s,
                   u"-no-user-config"_s, u"-nographic"_s, u"-no-reboot"_s, u"-serial"_s, u"stdio"_s, u"-kernel"_s,
                   kernel, u"-initrd"_s, initial.fileName(), u"-append"_s,
                   u"console=ttyS0 quiet panic=-1 mitigations=off cgroup_no_v1=all random.trust_cpu=1 tsc=unstable"_s});
    QVERIFY2(machine.waitForStarted(), qPrintable(machine.errorString()));
    machine.closeWriteChannel();
    const bool ended = machine.waitForFinished(200'000);
    m_console = machine.readAll();
    if (!ended) {
        machine.kill();
        machine.waitForFinished();
    }
    QVERIFY2(ended && m_console.contains("lamella done"), m_console.constData());
}

void TestCgroupV2::check_data()
{
    QTest::addColumn<QByteArray>("name");
    for (const char* name : kChecks)
        QTest::newRow(name) << QByteArray(name);
}

void TestCgroupV2::check()
{
    QFETCH(QByteArray, name);
    QByteArray said = "the guest does not know it";
    for (const QByteArray& line : m_console.split('\n')) {
        const auto words = line.trimmed().split(' ');
        if (words.size() > 2 && words[0] == "lamella" && words[2] == name)
            said = line.trimmed();
    }
    QVERIFY2(said.startsWith("lamella pass "), said.constData());
}

QTEST_GUILESS_MAIN(TestCgroupV2)
#include "tst_cgroup_v2.moc"
