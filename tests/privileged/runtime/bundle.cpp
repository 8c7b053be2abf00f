// SPDX-License-Identifier: GPL-3.0-or-later
#include "bundle.h"

#include "default_spec.h"

#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QProcess>
#include <QTest>

#include <filesystem>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lamella::test {

namespace {

/// Another name for each test that runs on this machine, also for those of other pid namespaces, where a PID is used
/// again: cgroups are the machine's.
QString testName()
{
    struct stat space{};
    ::stat("/proc/self/ns/pid", &space);
    return QStringLiteral("lamella-test-%1-%2").arg(::getpid()).arg(space.st_ino);
}

QString base()
{
    return QStringLiteral("/var/tmp/") + testName();
}

void makeImage(const QString& root)
{
    for (const char* directory : {"bin", "proc", "sys", "dev", "tmp", "etc", "root", "vol"})
        QDir{}.mkpath(root + u'/' + QLatin1String(directory));
    QFile::copy(QStringLiteral("/usr/bin/busybox"), root + QStringLiteral("/bin/busybox"));
    const Outcome list = run(QStringLiteral("/usr/bin/busybox"), {QStringLiteral("--list")});
    for (const QByteArray& name : list.out.split('\n')) {
        if (!name.isEmpty())
            ::symlink("busybox", (root.toLocal8Bit() + "/bin/" + name).constData());
    }
    QFile::copy(qEnvironmentVariable("LAMELLA_BIN") + QStringLiteral("/../tests/lamella-test-payload"),
                root + QStringLiteral("/bin/payload"));
    QFile passwd{root + QStringLiteral("/etc/passwd")};
    passwd.open(QIODevice::WriteOnly);
    passwd.write("root:x:0:0:root:/root:/bin/sh\n");
}

void chownAll(const QString& root)
{
    ::lchown(root.toLocal8Bit().constData(), kFirstId, kFirstId);
    for (const auto& entry : std::filesystem::recursive_directory_iterator{root.toStdString()})
        ::lchown(entry.path().c_str(), kFirstId, kFirstId);
}

} // namespace

Outcome run(const QString& program, const QStringList& arguments)
{
    QProcess process;
    process.start(program, arguments);
    process.closeWriteChannel();
    Outcome outcome;
    if (!process.waitForFinished(60'000)) {
        process.kill();
        process.waitForFinished();
        outcome.err = "it did not end";
        return outcome;
    }
    outcome.status = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -process.exitCode();
    outcome.out = process.readAllStandardOutput();
    outcome.err = process.readAllStandardError();
    return outcome;
}

QString runtimeProgram()
{
    return qEnvironmentVariable("LAMELLA_BIN") + QStringLiteral("/lamella-runtime");
}

Bundle::Bundle(Kind kind)
    : spec(defaultSpec())
    , m_kind(kind)
{
    static int count = 0;
    m_id = QStringLiteral("c%1").arg(++count);
    m_directory = base() + u'/' + m_id;
    QDir{}.mkpath(m_directory + QStringLiteral("/rootfs"));
    makeImage(image());
    spec.linux.cgroupsPath = QStringLiteral("/%1/%2").arg(testName(), m_id).toStdString();
    if (kind == Kind::Plain)
        return;
    mapIds(spec);
    if (kind == Kind::User) {
        chownAll(image());
        return;
    }
    for (const char* name : {"upper", "work"})
        QDir{}.mkpath(m_directory + u'/' + QLatin1String(name));
    ::chown((m_directory + QStringLiteral("/upper")).toLocal8Bit().constData(), kFirstId, kFirstId);
    const std::string directory = m_directory.toStdString();
    spec.annotations[std::string{oci::kAnnotationLower}] = image().toStdString();
    spec.annotations[std::string{oci::kAnnotationUpper}] = directory + "/upper";
    spec.annotations[std::string{oci::kAnnotationWork}] = directory + "/work";
    spec.annotations[std::string{oci::kAnnotationLayers}] = directory + "/layers";
}

Bundle::~Bundle()
{
    runtime({QStringLiteral("delete"), QStringLiteral("--force"), m_id});
    QDir{m_directory}.removeRecursively();
}

QString Bundle::image() const
{
    return m_directory + (m_kind == Kind::Overlay ? QStringLiteral("/layers/one") : QStringLiteral("/rootfs"));
}

void Bundle::setCommand(const QStringList& arguments)
{
    spec.process.args.clear();
    for (const QString& argument : arguments)
        spec.process.args.push_back(argument.toStdString());
}

void Bundle::setScript(const QString& script)
{
    setCommand({QStringLiteral("/bin/sh"), QStringLiteral("-c"), script});
}

void Bundle::write() const
{
    writeRaw(QByteArray::fromStdString(oci::serializeSpec(spec)));
}

void Bundle::writeRaw(const QByteArray& config) const
{
    QFile file{m_directory + QStringLiteral("/config.json")};
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(file.write(config), config.size());
}

QStringList Bundle::runtimeArguments(const QStringList& arguments) const
{
    return QStringList{QStringLiteral("--root"), m_directory + QStringLiteral("/state")} + arguments;
}

Outcome Bundle::runtime(const QStringList& arguments) const
{
    return test::run(runtimeProgram(), runtimeArguments(arguments));
}

Outcome Bundle::run() const
{
    write();
    return runtime({QStringLiteral("run"), QStringLiteral("--bundle"), m_directory, m_id});
}

QStringList Bundle::leftovers() const
{
    QStringList found;
    for (const QString& tree : QDir{QStringLiteral("/sys/fs/cgroup")}.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const QString path
            = QStringLiteral("/sys/fs/cgroup/%1%2").arg(tree, QString::fromStdString(spec.linux.cgroupsPath));
        if (QDir{path}.exists())
            found << path;
    }
    for (const QString& name :
         QDir{m_directory + QStringLiteral("/state")}.entryList(QDir::AllEntries | QDir::NoDotAndDotDot))
        found << QStringLiteral("state of ") + name;
    QFile mounts{QStringLiteral("/proc/self/mountinfo")};
    mounts.open(QIODevice::ReadOnly);
    for (const QByteArray& line : mounts.readAll().split('\n')) {
        if (line.contains(m_directory.toLocal8Bit()))
            found << QString::fromLocal8Bit(line);
    }
    return found;
}

void enterPrivateMounts()
{
    if (::geteuid() != 0)
        QSKIP("needs root");
    QCOMPARE(::unshare(CLONE_NEWNS), 0);
    QCOMPARE(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), 0);
}

void removeEverything()
{
    QDir{base()}.removeRecursively();
    for (const QString& tree : QDir{QStringLiteral("/sys/fs/cgroup")}.entryList(QDir::Dirs | QDir::NoDotAndDotDot)) {
        const QString path = QStringLiteral("/sys/fs/cgroup/%1/%2").arg(tree, testName());
        ::rmdir(path.toLocal8Bit().constData());
    }
}

} // namespace lamella::test
