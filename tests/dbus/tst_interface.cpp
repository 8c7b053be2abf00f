// SPDX-License-Identifier: GPL-3.0-or-later
#include "resources/dbus/api.h"
#include "resources/dbus/stats_ring.h"
#include "resources/dbus/types.h"
#include "tests/dbus/support/client.h"
#include "tests/dbus/support/contract_members.h"

#include <QDBusArgument>
#include <QDir>
#include <QFileInfo>
#include <QTest>

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace lamella;
using namespace lamella::test;

namespace {

/// A file of a container's cgroup on whichever version the machine has, without the newline.
QByteArray cgroupFile(const QString& path, const QString& controller, const QString& v1, const QString& v2)
{
    const QString one = u"/sys/fs/cgroup/"_s + controller + path + u'/' + v1;
    return (QFileInfo::exists(one) ? readFile(one) : readFile(u"/sys/fs/cgroup"_s + path + u'/' + v2)).trimmed();
}

QByteArray statusField(uint pid, const QByteArray& field)
{
    for (const QByteArray& line : readFile(u"/proc/%1/status"_s.arg(pid)).split('\n')) {
        if (line.startsWith(field + ':'))
            return line.mid(field.size() + 1).simplified();
    }
    return {};
}

/// Reads what comes until it contains `wanted` or half a minute has passed.
QByteArray readUntil(int descriptor, const QByteArray& wanted)
{
    QByteArray text;
    pollfd ready{descriptor, POLLIN, 0};
    while (!text.contains(wanted) && ::poll(&ready, 1, 30000) > 0) {
        char buffer[4096];
        const ssize_t n = ::read(descriptor, buffer, sizeof(buffer));
        if (n <= 0)
            break;
        text.append(buffer, n);
    }
    return text;
}

} // namespace

/// Every method and property of the contract, through the bus, as a user who may manage what is his; and what the
/// helper says against what the kernel says.
class InterfaceTest : public QObject {
    Q_OBJECT

private:
    Client* alice = nullptr;
    QString m_image;

    QVariant property(const QString& container, const QString& name)
    {
        return alice->get(container, u"Container"_s, name);
    }

private Q_SLOTS:
    void initTestCase()
    {
        alice = new Client(4242);
        alice->objects();
        m_image = alice->loadStarter();
        QVERIFY(m_image.startsWith("sha256:"_L1));
    }

    void cleanupTestCase() { delete alice; }

    void managerSaysWhatTheMachineHas()
    {
        QCOMPARE(alice->get(kRoot, u"Manager"_s, u"ApiVersion"_s).toUInt(), dbus::kApiVersion);
        QVERIFY(!alice->get(kRoot, u"Manager"_s, u"Version"_s).toString().isEmpty());
        QCOMPARE(alice->get(kRoot, u"Manager"_s, u"CpuCount"_s).toUInt(), uint(::sysconf(_SC_NPROCESSORS_ONLN)));
        const QByteArray memory = readFile(u"/proc/meminfo"_s).split('\n').first().simplified().split(' ').at(1);
        QCOMPARE(alice->get(kRoot, u"Manager"_s, u"MemoryBytes"_s).toULongLong(), memory.toULongLong() * 1024);
        const bool v2 = QFileInfo::exists(u"/sys/fs/cgroup/cgroup.controllers"_s);
        QCOMPARE(alice->get(kRoot, u"Manager"_s, u"CgroupMode"_s).toString() == "v2"_L1, v2);
    }

    void imageIsDescribed()
    {
        const QString path = kRoot + u"/Images/"_s + QString(m_image).replace(u':', u'_');
        const auto get = [&](const QString& name) { return alice->get(path, u"Image"_s, name); };
        QCOMPARE(get(u"Id"_s).toString(), m_image);
        QCOMPARE(get(u"Owner"_s).toUInt(), 4242u);
        QVERIFY(get(u"References"_s).toStringList().contains(u"docker.io/library/starter:latest"_s));
        QCOMPARE(get(u"Platform"_s), alice->get(kRoot, u"Manager"_s, u"Platform"_s));
        QVERIFY(get(u"Platform"_s).toString().startsWith("linux/"_L1));
        QVERIFY(get(u"SizeBytes"_s).toULongLong() > 100000);
        QVERIFY(!get(u"Command"_s).toStringList().isEmpty());
        for (const auto* name : {"CreatedUsec", "Env", "WorkingDir", "User"})
            QVERIFY(get(QLatin1StringView(name)).isValid());
        const auto layers = qdbus_cast<dbus::LayerList>(get(u"Layers"_s));
        QVERIFY(!layers.isEmpty());
        QVERIFY(layers.constFirst().diffId.startsWith("sha256:"_L1));
        QCOMPARE(layers.constFirst().chainId,
                 layers.constFirst().diffId); // image-spec, config.md: the lowest is its own chain
    }

    void loadIsAJobThatCanBeWatched()
    {
        QDBusUnixFileDescriptor layout;
        layout.giveFileDescriptor(openStarter());
        const QString job = alice->ask(kRoot, u"Manager"_s, u"LoadImage"_s, {QVariant::fromValue(layout)})
                                .value<QDBusObjectPath>()
                                .path();
        QCOMPARE(alice->ask(job, u"Job"_s, u"Wait"_s).toStringList(), QStringList{m_image});
        const auto get = [&](const QString& name) { return alice->get(job, u"Job"_s, name); };
        QCOMPARE(get(u"Operation"_s).toString(), u"load-image"_s);
        QCOMPARE(get(u"Owner"_s).toUInt(), 4242u);
        QCOMPARE(get(u"State"_s).toString(), u"succeeded"_s);
        QCOMPARE(get(u"Progress"_s).toDouble(), 1.0);
        QCOMPARE(get(u"Cancelable"_s).toBool(), false);
        QCOMPARE(get(u"Result"_s).toStringList(), QStringList{m_image});
        for (const auto* name : {"Stage", "BytesDone", "BytesTotal", "Items", "ErrorName", "ErrorMessage"})
            QVERIFY(get(QLatin1StringView(name)).isValid());
        QCOMPARE(alice->lamella(job, u"Job"_s, u"Cancel"_s).errorName(), errorName(u"WrongState"_s));
    }

    void containerAsTheKernelHasIt()
    {
        const QString path = alice->run(u"kernel"_s, {u"sh"_s, u"-c"_s, u"echo ready; exec sleep 1000"_s},
                                        {{u"memory_bytes"_s, qulonglong(64 << 20)},
                                         {u"cpu_quota"_s, 0.5},
                                         {u"cpu_weight"_s, qulonglong(200)},
                                         {u"pids_max"_s, qulonglong(77)},
                                         {u"hostname"_s, u"there"_s},
                                         {u"working_dir"_s, u"/tmp"_s},
                                         {u"env"_s, QStringList{u"GREETING=hello"_s}}});
        const uint pid = property(path, u"Pid"_s).toUInt();
        const uint shim = property(path, u"ShimPid"_s).toUInt();
        QCOMPARE(property(path, u"State"_s).toString(), u"running"_s);
        QVERIFY(readFile(u"/proc/%1/environ"_s.arg(pid)).contains("GREETING=hello"));
        QCOMPARE(statusField(pid, "NSpid").split(' ').last(), "1");
        QCOMPARE(statusField(pid, "PPid").toUInt(), shim);
        QVERIFY(readFile(u"/proc/%1/cmdline"_s.arg(shim)).contains("lamella-shim"));

        const QString cgroup = property(path, u"CgroupPath"_s).toString();
        QVERIFY(readFile(u"/proc/%1/cgroup"_s.arg(pid)).contains(cgroup.toUtf8()));
        QCOMPARE(cgroupFile(cgroup, u"memory"_s, u"memory.limit_in_bytes"_s, u"memory.max"_s).toULongLong(),
                 64ull << 20);
        QCOMPARE(cgroupFile(cgroup, u"pids"_s, u"pids.max"_s, u"pids.max"_s), "77");
        QCOMPARE(property(path, u"MemoryLimitBytes"_s).toULongLong(), 64ull << 20);
        QCOMPARE(property(path, u"PidsMax"_s).toULongLong(), 77ull);
        QCOMPARE(property(path, u"CpuWeight"_s).toULongLong(), 200ull);
        QCOMPARE(property(path, u"CpuQuota"_s).toDouble(), 0.5);

        const QList<QByteArray> map = readFile(u"/proc/%1/uid_map"_s.arg(pid)).simplified().split(' ');
        QCOMPARE(property(path, u"HostUidBase"_s).toUInt(), map.value(1).toUInt());
        QCOMPARE(property(path, u"HostUidCount"_s).toUInt(), map.value(2).toUInt());
        QVERIFY(property(path, u"HostUidBase"_s).toUInt() > 0);

        QCOMPARE(property(path, u"Id"_s).toString(), path.section(u'/', -1));
        QCOMPARE(property(path, u"Name"_s).toString(), u"kernel"_s);
        QCOMPARE(property(path, u"Owner"_s).toUInt(), 4242u);
        QCOMPARE(property(path, u"ImageId"_s).toString(), m_image);
        QCOMPARE(property(path, u"ImageName"_s).toString(), u"starter:latest"_s);
        QCOMPARE(property(path, u"Command"_s).toStringList().constLast(), u"echo ready; exec sleep 1000"_s);
        QCOMPARE(property(path, u"Hostname"_s).toString(), u"there"_s);
        QCOMPARE(property(path, u"WorkingDir"_s).toString(), u"/tmp"_s);
        QCOMPARE(property(path, u"Terminal"_s).toBool(), false);
        QCOMPARE(property(path, u"Init"_s).toBool(), false);
        QCOMPARE(property(path, u"OomKilled"_s).toBool(), false);
        QCOMPARE(property(path, u"ExitStatus"_s).toInt(), -1);
        QCOMPARE(property(path, u"LastError"_s).toString(), QString());
        QVERIFY(property(path, u"User"_s).isValid());
        const auto timeline = qdbus_cast<dbus::Timeline>(property(path, u"StartTimeline"_s));
        QVERIFY(timeline.size() > 3);
        for (qsizetype i = 1; i < timeline.size(); ++i)
            QVERIFY2(timeline.at(i - 1).usec <= timeline.at(i).usec, qPrintable(timeline.at(i).step));
        const qulonglong created = property(path, u"CreatedUsec"_s).toULongLong();
        QVERIFY(created > 0 && created <= property(path, u"StartedUsec"_s).toULongLong());
        QCOMPARE(property(path, u"FinishedUsec"_s).toULongLong(), 0ull);
    }

    void processesAsProcHasThem()
    {
        const QString path = alice->run(u"processes"_s, {u"sh"_s, u"-c"_s, u"sleep 1001 & exec sleep 1002"_s});
        const QString cgroup = property(path, u"CgroupPath"_s).toString();
        dbus::ProcessList rows;
        QVERIFY(QTest::qWaitFor([&] {
            rows = qdbus_cast<dbus::ProcessList>(alice->ask(path, u"Container"_s, u"ListProcesses"_s));
            return rows.size() == 3 && rows.at(1).command == "sleep 1002"_L1 && rows.at(2).command == "sleep 1001"_L1;
        }));
        QCOMPARE(rows.at(0).hostPid, property(path, u"ShimPid"_s).toUInt());
        QCOMPARE(rows.at(0).containerPid, 0u);
        QSet<QByteArray> told;
        for (const dbus::Process& row : rows.mid(1)) {
            told.insert(QByteArray::number(row.hostPid));
            QCOMPARE(QByteArray::number(row.containerPid), statusField(row.hostPid, "NSpid").split(' ').last());
            QCOMPARE(QByteArray::number(row.parentHostPid), statusField(row.hostPid, "PPid"));
            QCOMPARE(QByteArray::number(row.hostUid), statusField(row.hostPid, "Uid").split(' ').first());
            QCOMPARE(row.hostUid - row.containerUid, property(path, u"HostUidBase"_s).toUInt());
            QVERIFY(readFile(u"/proc/%1/cmdline"_s.arg(row.hostPid)).replace('\0', ' ').trimmed()
                    == row.command.toUtf8());
        }
        const QList<QByteArray> listed
            = cgroupFile(cgroup, u"pids"_s, u"cgroup.procs"_s, u"cgroup.procs"_s).split('\n');
        QCOMPARE(told, QSet<QByteArray>(listed.begin(), listed.end()));
        alice->discard(path);
    }

    void statisticsAsTheCgroupHasThem()
    {
        const QString path
            = alice->run(u"stats"_s, {u"sh"_s, u"-c"_s, u"while :; do :; done"_s}, {{u"cpu_quota"_s, 0.2}});
        const auto ring = alice->ask(path, u"Container"_s, u"OpenStats"_s).value<QDBusUnixFileDescriptor>();
        QVERIFY(::mmap(nullptr, sizeof(dbus::StatsRing), PROT_READ | PROT_WRITE, MAP_SHARED, ring.fileDescriptor(), 0)
                == MAP_FAILED);
        void* map = ::mmap(nullptr, sizeof(dbus::StatsRing), PROT_READ, MAP_SHARED, ring.fileDescriptor(), 0);
        QVERIFY(map != MAP_FAILED);
        const auto* history = static_cast<const dbus::StatsRing*>(map);
        QCOMPARE(history->magic, dbus::kStatsMagic);
        QVERIFY(QTest::qWaitFor([&] { return history->written >= 3; }, 60000));
        const dbus::StatsSample& first = history->samples[0];
        const dbus::StatsSample& last = history->samples[history->written - 1];
        QVERIFY(last.cpuUsec > first.cpuUsec);
        QVERIFY(last.throttledUsec > 0);
        QCOMPARE(last.cpuLimitMilli, 200u);
        QCOMPARE(last.pids, 1u);
        const QString cgroup = property(path, u"CgroupPath"_s).toString();
        const QString v1 = u"/sys/fs/cgroup/cpuacct"_s + cgroup + u"/cpuacct.usage"_s;
        const quint64 now = QFileInfo::exists(v1) ? readFile(v1).trimmed().toULongLong() / 1000
                                                  : readFile(u"/sys/fs/cgroup"_s + cgroup + u"/cpu.stat"_s)
                                                        .split('\n')
                                                        .first()
                                                        .split(' ')
                                                        .last()
                                                        .toULongLong();
        QVERIFY(last.cpuUsec <= now);
        QVERIFY(last.memoryBytes > 0);
        ::munmap(map, sizeof(dbus::StatsRing));
        alice->ask(path, u"Container"_s, u"Kill"_s, {uint(SIGKILL)}, {{u"all"_s, true}});
        QVERIFY(alice->waitForState(path, u"stopped"_s));
        QCOMPARE(property(path, u"ExitStatus"_s).toInt(), 137);
        alice->discard(path);
    }

    void changesAsTheUpperDirectoryHasThem()
    {
        const QString path = alice->run(
            u"changes"_s,
            {u"sh"_s, u"-c"_s, u"echo new > /new; echo more >> /etc/passwd; rm /etc/group; exec sleep 1000"_s});
        QHash<QString, QJsonObject> rows;
        QVERIFY(QTest::qWaitFor(
            [&] {
                rows.clear();
                for (const QJsonObject& row : alice->changes(path))
                    rows.insert(row.value("path"_L1).toString(), row);
                // For a moment it is copied up, before it is whited out.
                return rows.value(u"/etc/group"_s).value("change"_L1) == u"D"_s;
            },
            30000));
        QCOMPARE(rows.value(u"/new"_s).value("change"_L1).toString(), u"A"_s);
        QVERIFY(!rows.value(u"/new"_s).contains("layer"_L1));
        QCOMPARE(rows.value(u"/etc/passwd"_s).value("change"_L1).toString(), u"M"_s);
        QVERIFY(rows.value(u"/etc/passwd"_s).value("layer"_L1).toString().startsWith("sha256:"_L1));
        const QString upper
            = qEnvironmentVariable("LAMELLA_STATE") + u"/containers/"_s + path.section(u'/', -1) + u"/upper"_s;
        struct stat status{};
        QCOMPARE(::stat(qPrintable(upper + u"/new"_s), &status), 0);
        QCOMPARE(rows.value(u"/new"_s).value("bytes"_L1).toInteger(), qint64(status.st_blocks) * 512);
        QCOMPARE(::stat(qPrintable(upper + u"/etc/group"_s), &status), 0);
        QVERIFY(S_ISCHR(status.st_mode) && status.st_rdev == 0);

        const auto file = alice->ask(path, u"Container"_s, u"ListChanges"_s).value<QDBusUnixFileDescriptor>();
        QCOMPARE(::fcntl(file.fileDescriptor(), F_GET_SEALS), F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE);
        alice->discard(path);
    }

    void pauseStopsEverything()
    {
        const QString path = alice->run(u"paused"_s, {u"sleep"_s, u"1000"_s});
        alice->ask(path, u"Container"_s, u"Pause"_s);
        QVERIFY(alice->waitForState(path, u"paused"_s));
        const QString cgroup = property(path, u"CgroupPath"_s).toString();
        const QByteArray frozen = cgroupFile(cgroup, u"freezer"_s, u"freezer.state"_s, u"cgroup.freeze"_s);
        QVERIFY2(frozen == "FROZEN" || frozen == "1", frozen.constData());
        alice->ask(path, u"Container"_s, u"Resume"_s);
        QVERIFY(alice->waitForState(path, u"running"_s));
        alice->discard(path);
    }

    void stopIsAJobThatCanBeCancelled()
    {
        const QString path = alice->run(u"stops"_s, {u"sh"_s, u"-c"_s, u"trap '' TERM; while :; do sleep 0.1; done"_s});
        const auto stop = [&](qulonglong timeout) {
            return alice->ask(path, u"Container"_s, u"Stop"_s, {timeout}).value<QDBusObjectPath>().path();
        };
        const QString patient = stop(3600'000'000);
        QVERIFY(alice->get(patient, u"Job"_s, u"Cancelable"_s).toBool());
        QCOMPARE(alice->get(patient, u"Job"_s, u"Items"_s).toStringList(), QStringList{path});
        alice->ask(patient, u"Job"_s, u"Cancel"_s);
        QCOMPARE(alice->get(patient, u"Job"_s, u"State"_s).toString(), u"cancelled"_s);
        QCOMPARE(alice->lamella(patient, u"Job"_s, u"Wait"_s).errorName(), errorName(u"Cancelled"_s));
        QCOMPARE(property(path, u"State"_s).toString(), u"running"_s);
        alice->ask(stop(1000), u"Job"_s, u"Wait"_s);
        QCOMPARE(property(path, u"State"_s).toString(), u"stopped"_s);
        QCOMPARE(property(path, u"ExitStatus"_s).toInt(), 137);
        QVERIFY(property(path, u"FinishedUsec"_s).toULongLong() >= property(path, u"StartedUsec"_s).toULongLong());
        alice->discard(path);
    }

    void startsAgainAndIsRenamed()
    {
        const QString path
            = alice->create(u"twice"_s, {u"sh"_s, u"-c"_s, u"echo out; echo err >&2; exit 3"_s}, {{u"init"_s, true}});
        QCOMPARE(property(path, u"State"_s).toString(), u"created"_s);
        for (int run = 0; run < 2; ++run) {
            alice->ask(path, u"Container"_s, u"Start"_s);
            QVERIFY(alice->waitForState(path, u"stopped"_s));
            QCOMPARE(property(path, u"ExitStatus"_s).toInt(), 3);
        }
        const QStringList lines = alice->log(path).split(u'\n', Qt::SkipEmptyParts);
        QVERIFY2(lines.filter(u" stdout F out"_s).size() >= 1, qPrintable(lines.join(u'|')));
        QVERIFY2(lines.filter(u" stderr F err"_s).size() >= 1, qPrintable(lines.join(u'|')));
        alice->ask(path, u"Container"_s, u"Rename"_s, {u"other"_s});
        QCOMPARE(property(path, u"Name"_s).toString(), u"other"_s);
        alice->discard(path);
    }

    void execWithATerminal()
    {
        const QString path = alice->run(u"exec"_s, {u"sleep"_s, u"1000"_s});
        const QDBusMessage reply = alice->lamella(path, u"Container"_s, u"Exec"_s, {QStringList{u"sh"_s}},
                                                  {{u"terminal"_s, true},
                                                   {u"rows"_s, QVariant::fromValue<ushort>(30)},
                                                   {u"columns"_s, QVariant::fromValue<ushort>(90)}});
        QVERIFY2(reply.type() == QDBusMessage::ReplyMessage, qPrintable(reply.errorMessage()));
        const QString session = reply.arguments().at(0).value<QDBusObjectPath>().path();
        const auto streams = qdbus_cast<dbus::UnixFds>(reply.arguments().at(1));
        QCOMPARE(streams.size(), 1);
        const int terminal = streams.at(0).fileDescriptor();
        const auto get = [&](const QString& name) { return alice->get(session, u"Session"_s, name); };
        QCOMPARE(get(u"Kind"_s).toString(), u"exec"_s);
        QCOMPARE(get(u"Owner"_s).toUInt(), 4242u);
        QCOMPARE(get(u"Container"_s).value<QDBusObjectPath>().path(), path);
        QVERIFY(get(u"Running"_s).toBool());
        QVERIFY(statusField(get(u"Pid"_s).toUInt(), "NSpid").contains(' '));
        QVERIFY(::write(terminal, "stty size; echo a$((1+1))b\n", 27) == 27);
        const QByteArray text = readUntil(terminal, "a2b");
        QVERIFY2(text.contains("30 90"), text.constData());
        alice->ask(session, u"Session"_s, u"Resize"_s,
                   {QVariant::fromValue<ushort>(40), QVariant::fromValue<ushort>(100)});
        winsize size{};
        QCOMPARE(::ioctl(terminal, TIOCGWINSZ, &size), 0);
        QCOMPARE(size.ws_row, 40);
        alice->ask(session, u"Session"_s, u"Close"_s);
        QVERIFY(QTest::qWaitFor([&] { return !get(u"Running"_s).toBool(); }, 30000));
        QVERIFY(get(u"ExitStatus"_s).toInt() != 0);
        QCOMPARE(alice
                     ->lamella(session, u"Session"_s, u"Resize"_s,
                               {QVariant::fromValue<ushort>(1), QVariant::fromValue<ushort>(1)})
                     .errorName(),
                 errorName(u"WrongState"_s));
        alice->discard(path);
    }

    void execWithPipes()
    {
        const QString path = alice->run(u"pipes"_s, {u"sleep"_s, u"1000"_s});
        const QDBusMessage reply = alice->lamella(path, u"Container"_s, u"Exec"_s,
                                                  {QStringList{u"sh"_s, u"-c"_s, u"cat; echo err >&2; exit 5"_s}});
        QVERIFY2(reply.type() == QDBusMessage::ReplyMessage, qPrintable(reply.errorMessage()));
        const QString session = reply.arguments().at(0).value<QDBusObjectPath>().path();
        auto streams = qdbus_cast<dbus::UnixFds>(reply.arguments().at(1));
        QCOMPARE(streams.size(), 3);
        QCOMPARE(::write(streams.at(0).fileDescriptor(), "text", 4), 4);
        const int out = ::dup(streams.at(1).fileDescriptor());
        const int err = ::dup(streams.at(2).fileDescriptor());
        streams.clear();
        // The message holds descriptors too; the program's input ends when nobody has it.
        const_cast<QDBusMessage&>(reply) = QDBusMessage();
        QCOMPARE(readUntil(out, "text"), "text");
        QVERIFY(readUntil(err, "err").contains("err"));
        QVERIFY(QTest::qWaitFor([&] { return !alice->get(session, u"Session"_s, u"Running"_s).toBool(); }, 30000));
        QCOMPARE(alice->get(session, u"Session"_s, u"ExitStatus"_s).toInt(), 5);
        ::close(out);
        ::close(err);
        alice->discard(path);
    }

    void attachToTheTerminal()
    {
        const QString path = alice->run(u"attach"_s, {u"sh"_s}, {{u"terminal"_s, true}});
        const QDBusMessage reply = alice->lamella(path, u"Container"_s, u"Attach"_s);
        QVERIFY2(reply.type() == QDBusMessage::ReplyMessage, qPrintable(reply.errorMessage()));
        const QString session = reply.arguments().at(0).value<QDBusObjectPath>().path();
        const int stream = reply.arguments().at(1).value<QDBusUnixFileDescriptor>().fileDescriptor();
        QCOMPARE(alice->get(session, u"Session"_s, u"Kind"_s).toString(), u"attach"_s);
        alice->ask(session, u"Session"_s, u"Resize"_s,
                   {QVariant::fromValue<ushort>(33), QVariant::fromValue<ushort>(99)});
        QVERIFY(::write(stream, "stty size; echo a$((1+1))b\n", 27) == 27);
        const QByteArray text = readUntil(stream, "a2b");
        QVERIFY2(text.contains("33 99"), text.constData());
        alice->ask(session, u"Session"_s, u"Close"_s);
        QVERIFY(QTest::qWaitFor([&] {
            char byte = 0;
            return ::recv(stream, &byte, 1, MSG_DONTWAIT) == 0;
        }));
        QCOMPARE(property(path, u"State"_s).toString(), u"running"_s);
        alice->discard(path);
    }

    void signalsTellOfLifeAndDeath()
    {
        alice->forgetSignals();
        const QString path = alice->run(u"told"_s, {u"true"_s});
        QVERIFY(alice->waitForState(path, u"stopped"_s));
        alice->discard(path);
        const auto saw = [&](const QString& member, const auto& matches) {
            return std::ranges::any_of(
                alice->received(), [&](const Signal& signal) { return signal.member == member && matches(signal); });
        };
        QVERIFY(QTest::qWaitFor([&] {
            return saw(u"InterfacesRemoved"_s, [&](const Signal& signal) {
                return signal.arguments.at(0).template value<QDBusObjectPath>().path() == path;
            });
        }));
        QVERIFY(saw(u"InterfacesAdded"_s, [&](const Signal& signal) {
            return signal.arguments.at(0).template value<QDBusObjectPath>().path() == path;
        }));
        QVERIFY(saw(u"PropertiesChanged"_s, [&](const Signal& signal) {
            return signal.path == path
                && qdbus_cast<QVariantMap>(signal.arguments.at(1)).value(u"State"_s).toString() == "stopped"_L1;
        }));
    }

    void imageIsRemoved()
    {
        const QString path = kRoot + u"/Images/"_s + QString(m_image).replace(u':', u'_');
        QCOMPARE(alice->lamella(path, u"Image"_s, u"Remove"_s).errorName(), errorName(u"Busy"_s));
        for (const QDBusObjectPath& object : alice->objects().keys()) {
            if (object.path().contains("/Containers/"_L1))
                alice->discard(object.path());
        }
        alice->ask(path, u"Image"_s, u"Remove"_s);
        QVERIFY(!alice->objects().contains(QDBusObjectPath(path)));
        QVERIFY(QDir(qEnvironmentVariable("LAMELLA_STATE") + u"/layers"_s)
                    .entryList(QDir::Dirs | QDir::NoDotAndDotDot)
                    .isEmpty());
    }

    /// Last: everything above has used the whole contract, but for what those of single subjects use.
    void nothingOfTheContractIsForgotten()
    {
        QStringList members = contractMembers();
        QVERIFY(members.size() > 60);
        for (const QString& member : changeMembers() + fileMembers() + layerMembers() + trashMembers() + liveMembers()
                 + imageMembers() + imageFileMembers() + registryMembers())
            QVERIFY2(members.removeOne(member), qPrintable(member));
        QCOMPARE(forgotten(members), QStringList());
    }
};

QTEST_GUILESS_MAIN(InterfaceTest)
#include "tst_interface.moc"
