// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/vm/machine.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>

using namespace Qt::StringLiterals;

namespace lamella::test {

namespace {

constexpr QByteArrayView kPass = "lamella pass ";
constexpr QByteArrayView kFail = "lamella FAIL ";

QString emulator()
{
    return QStandardPaths::findExecutable(u"qemu-system-x86_64"_s);
}

QString newestKernel()
{
    const QDir boot(u"/boot"_s);
    const auto kernels = boot.entryList({u"vmlinuz-*-cloud-amd64"_s}, QDir::Files, QDir::Name);
    return kernels.isEmpty() ? QString() : boot.filePath(kernels.last());
}

/// The check that a line is about, or nothing.
QByteArray checkOf(const QByteArray& line)
{
    if (!line.startsWith(kPass) && !line.startsWith(kFail))
        return {};
    return line.sliced(kPass.size()).split(' ').first().trimmed();
}

} // namespace

QString Machine::missing()
{
    if (emulator().isEmpty() || newestKernel().isEmpty())
        return u"needs the packages qemu-system-x86 and linux-image-cloud-amd64"_s;
    return {};
}

QString Machine::kernelRelease()
{
    return QFileInfo(newestKernel()).fileName().section(u'-', 1);
}

bool Machine::add(const QByteArray& name, const QString& path, mode_t mode)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return false;
    m_files.addFile(name, file.readAll(), mode);
    return true;
}

bool Machine::addProgram(const QByteArray& name, const QString& path)
{
    return add(name, path, 0755);
}

bool Machine::addFile(const QByteArray& name, const QString& path)
{
    return add(name, path, 0644);
}

bool Machine::addModule(const QString& file)
{
    const QString path = u"/lib/modules/%1/kernel/"_s.arg(kernelRelease()) + file;
    return add("modules/" + QFileInfo(path).fileName().toLatin1(), path, 0644);
}

bool Machine::run(const QString& guest, int memoryMegabytes, std::chrono::milliseconds limit)
{
    m_files.addDirectory("dev");
    m_files.addCharacterDevice("dev/console", 5, 1);
    if (!addProgram("init", guest))
        return false;
    const QTemporaryDir directory;
    QFile initial(directory.filePath(u"initrd"_s));
    if (!initial.open(QIODevice::WriteOnly))
        return false;
    initial.write(m_files.finished());
    initial.close();

    return start({u"-smp"_s, u"2"_s, u"-initrd"_s, initial.fileName()}, {}, memoryMegabytes, limit);
}

bool Machine::runDisk(const QString& image, const QString& kernelArguments, int memoryMegabytes,
                      std::chrono::milliseconds limit)
{
    return start({u"-smp"_s, u"2"_s, u"-drive"_s, u"file=%1,if=none,id=disk,format=raw,cache=unsafe"_s.arg(image),
                  u"-device"_s, u"nvme,drive=disk,serial=disk"_s},
                 u" root=/dev/nvme0n1 rootfstype=ext4 rw "_s + kernelArguments, memoryMegabytes, limit);
}

bool Machine::start(const QStringList& devices, const QString& kernelArguments, int memoryMegabytes,
                    std::chrono::milliseconds limit)
{
    const QString append
        = u"console=ttyS0 quiet panic=-1 mitigations=off cgroup_no_v1=all random.trust_cpu=1 tsc=unstable"_s;
    QProcess machine;
    machine.setProcessChannelMode(QProcess::MergedChannels);
    machine.start(emulator(),
                  QStringList{u"-accel"_s, u"tcg"_s, u"-cpu"_s, u"max"_s, u"-m"_s, QString::number(memoryMegabytes),
                              u"-nodefaults"_s, u"-no-user-config"_s, u"-nographic"_s, u"-no-reboot"_s, u"-serial"_s,
                              u"stdio"_s, u"-kernel"_s, newestKernel(), u"-append"_s, append + kernelArguments}
                      + devices);
    if (!machine.waitForStarted())
        return false;
    machine.closeWriteChannel();
    const bool ended = machine.waitForFinished(int(limit.count()));
    m_console = machine.readAll();
    if (!ended) {
        machine.kill();
        machine.waitForFinished();
    }
    return ended && m_console.contains("lamella done") && !checks().isEmpty();
}

QByteArrayList Machine::checks() const
{
    QByteArrayList names;
    for (const QByteArray& line : m_console.split('\n')) {
        if (const QByteArray name = checkOf(line); !name.isEmpty())
            names << name;
    }
    return names;
}

QByteArray Machine::resultOf(const QByteArray& check) const
{
    for (const QByteArray& line : m_console.split('\n')) {
        if (checkOf(line) == check)
            return line.startsWith(kPass) ? QByteArray("pass") : line.trimmed();
    }
    return "the guest does not know it";
}

} // namespace lamella::test
