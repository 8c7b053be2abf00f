// SPDX-License-Identifier: GPL-3.0-or-later
#include "detached.h"

#include "engine/oci/mount_options.h"
#include "engine/oci/names.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QTest>

#include <csignal>
#include <grp.h>
#include <sys/stat.h>
#include <thread>

using namespace lamella;
using namespace lamella::test;

/// The commands that runc has beyond the operations of runtime-spec, and what callers of a runtime rely on.
class TestRuntimeCommands : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void pauseAndResume();
    void pausedIsKilledAndDeleted();
    void ignorePausedWaits();
    void psShowsTheProcesses();
    void listIsATableOrJson();
    void stateTellsWhatTheSpecificationSays();
    void keepsWhatItWasCreatedWith();
    void keepLeavesTheContainer();
    void killWords_data();
    void killWords();
    void killAllWithoutPidNamespace();
    void updateSetsLimits_data();
    void updateSetsLimits();
    void updateGoesBothWays();
    void updateRefuses_data();
    void updateRefuses();
    void eventsShowStatistics();
    void eventsEndWithTheContainer();
    void specRuns();
    void logFile_data();
    void logFile();
    void missingProgramIsToldByCreate();
    void startAndDeleteAtOnce();
    void onlyRootCreates();
    void versionAndHelp();
    void featuresAreWhatIsRead();
};

static Bundle& sleeping(Bundle& bundle)
{
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("sleep"), QStringLiteral("100")});
    return bundle;
}

static QByteArray cgroupFile(const Bundle& bundle, const QString& controller, const QString& name)
{
    QFile file{QStringLiteral("/sys/fs/cgroup/%1%2/%3")
                   .arg(controller, QString::fromStdString(bundle.spec.linux.cgroupsPath), name)};
    return file.open(QIODevice::ReadOnly) ? file.readAll().trimmed() : QByteArray{};
}

void TestRuntimeCommands::pauseAndResume()
{
    Bundle bundle{Kind::User};
    const Detached container{sleeping(bundle)};
    QCOMPARE(container.errors(), QByteArray{});
    QCOMPARE(container.run(QStringLiteral("pause")).err, QByteArray{});
    QCOMPARE(container.statusWord(), QStringLiteral("paused"));
    QVERIFY(container.pid() > 0);
    QVERIFY(container.run(QStringLiteral("pause")).err.contains("container not running"));
    QVERIFY(container.run(QStringLiteral("exec"), {QStringLiteral("true")}).err.contains("--ignore-paused"));
    QVERIFY(container.run(QStringLiteral("delete")).err.contains("that is not stopped: paused"));
    QCOMPARE(container.run(QStringLiteral("resume")).err, QByteArray{});
    QCOMPARE(container.statusWord(), QStringLiteral("running"));
    QVERIFY(container.run(QStringLiteral("resume")).err.contains("container not paused"));
    QCOMPARE(container.run(QStringLiteral("exec"), {QStringLiteral("true")}).status, 0);
}

void TestRuntimeCommands::pausedIsKilledAndDeleted()
{
    Bundle killed{Kind::User};
    const Detached one{sleeping(killed)};
    QCOMPARE(one.run(QStringLiteral("pause")).status, 0);
    QCOMPARE(one.run(QStringLiteral("kill"), {QStringLiteral("KILL")}).err, QByteArray{});
    QTRY_COMPARE(one.statusWord(), QStringLiteral("stopped"));
    QCOMPARE(one.run(QStringLiteral("delete")).err, QByteArray{});
    QCOMPARE(killed.leftovers(), QStringList{});

    Bundle deleted{Kind::User};
    const Detached two{sleeping(deleted)};
    QCOMPARE(two.run(QStringLiteral("pause")).status, 0);
    QCOMPARE(two.run(QStringLiteral("delete"), {}, {QStringLiteral("--force")}).err, QByteArray{});
    QCOMPARE(deleted.leftovers(), QStringList{});
}

void TestRuntimeCommands::ignorePausedWaits()
{
    Bundle bundle{Kind::User};
    const Detached container{sleeping(bundle)};
    QCOMPARE(container.run(QStringLiteral("pause")).status, 0);
    std::jthread resume{[&] {
        std::this_thread::sleep_for(std::chrono::milliseconds{300});
        container.run(QStringLiteral("resume"));
    }};
    const Outcome outcome = container.run(QStringLiteral("exec"), {QStringLiteral("echo"), QStringLiteral("on")},
                                          {QStringLiteral("--ignore-paused")});
    resume.join();
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.out, QByteArray{"on\n"});
}

void TestRuntimeCommands::psShowsTheProcesses()
{
    Bundle bundle{Kind::User};
    const Detached container{sleeping(bundle)};
    const QByteArray pid = QByteArray::number(container.pid());
    QCOMPARE(container.run(QStringLiteral("ps"), {}, {QStringLiteral("-f"), QStringLiteral("json")}).out,
             "[" + pid + "]\n");
    const QList<QByteArray> table = container.run(QStringLiteral("ps")).out.trimmed().split('\n');
    QCOMPARE(table.size(), 2);
    QCOMPARE(table[0].simplified(), QByteArray{"UID PID PPID C STIME TTY TIME CMD"});
    QVERIFY2(table[1].simplified().split(' ').value(1) == pid, table[1]);
    QVERIFY2(table[1].endsWith("payload sleep 100"), table[1]);
    const Outcome own
        = container.run(QStringLiteral("ps"), {QStringLiteral("-e"), QStringLiteral("-o"), QStringLiteral("comm,pid")});
    QCOMPARE(own.out.simplified(), "COMMAND PID payload " + pid);
    QVERIFY(container.run(QStringLiteral("ps"), {QStringLiteral("-e"), QStringLiteral("-o"), QStringLiteral("comm")})
                .err.contains("no column PID"));
    QCOMPARE(container.run(QStringLiteral("kill"), {QStringLiteral("KILL")}).status, 0);
    QTRY_COMPARE(container.statusWord(), QStringLiteral("stopped"));
    QCOMPARE(container.run(QStringLiteral("ps"), {}, {QStringLiteral("--format=json")}).out, QByteArray{"[]\n"});
}

void TestRuntimeCommands::listIsATableOrJson()
{
    Bundle bundle{Kind::User};
    QCOMPARE(bundle.runtime({QStringLiteral("list"), QStringLiteral("-f"), QStringLiteral("json")}).out,
             QByteArray{"[]\n"});
    const Detached container{sleeping(bundle)};
    const QList<QByteArray> table = bundle.runtime({QStringLiteral("list")}).out.trimmed().split('\n');
    QCOMPARE(table.size(), 2);
    QCOMPARE(table[0].simplified(), QByteArray{"ID PID STATUS BUNDLE CREATED OWNER"});
    const QList<QByteArray> row = table[1].simplified().split(' ');
    QCOMPARE(row.size(), 6);
    QCOMPARE(row[0], bundle.id().toLocal8Bit());
    QCOMPARE(row[1].toLongLong(), container.pid());
    QCOMPARE(row[2], QByteArray{"running"});
    QCOMPARE(row[3], bundle.directory().toLocal8Bit());
    QVERIFY2(QDateTime::fromString(QString::fromLatin1(row[4]), Qt::ISODateWithMs).isValid(), row[4]);
    QCOMPARE(row[5], QByteArray{"root"});
    QCOMPARE(bundle.runtime({QStringLiteral("list"), QStringLiteral("-q")}).out, bundle.id().toLocal8Bit() + '\n');
    const Outcome json = bundle.runtime({QStringLiteral("list"), QStringLiteral("--format"), QStringLiteral("json")});
    const QJsonArray list = QJsonDocument::fromJson(json.out).array();
    QCOMPARE(list.size(), 1);
    QCOMPARE(list[0].toObject(), container.state());
}

void TestRuntimeCommands::stateTellsWhatTheSpecificationSays()
{
    Bundle bundle{Kind::User};
    bundle.spec.annotations["org.example.key"] = "value";
    const Detached container{sleeping(bundle)};
    const QJsonObject state = container.state();
    QCOMPARE(state.value(u"ociVersion").toString(), QStringLiteral("1.2.0"));
    QCOMPARE(state.value(u"id").toString(), bundle.id());
    QCOMPARE(state.value(u"status").toString(), QStringLiteral("running"));
    QVERIFY(QFile::exists(QStringLiteral("/proc/%1").arg(state.value(u"pid").toInteger())));
    QCOMPARE(state.value(u"bundle").toString(), bundle.directory());
    QCOMPARE(state.value(u"rootfs").toString(), bundle.directory() + QStringLiteral("/rootfs"));
    QCOMPARE(state.value(u"annotations").toObject().value(u"org.example.key").toString(), QStringLiteral("value"));
    QCOMPARE(container.run(QStringLiteral("kill"), {QStringLiteral("9")}).status, 0);
    QTRY_COMPARE(container.statusWord(), QStringLiteral("stopped"));
    QCOMPARE(container.state().value(u"pid"), QJsonValue{0});
}

void TestRuntimeCommands::keepsWhatItWasCreatedWith()
{
    Bundle bundle{Kind::User};
    const Detached container{sleeping(bundle), QStringLiteral("create")};
    QCOMPARE(container.errors(), QByteArray{});
    bundle.writeRaw("this is not JSON");
    for (const char* name : {"state.json", "config.json", "lock"}) {
        struct stat status{};
        const QString path = QStringLiteral("%1/state/%2/%3").arg(bundle.directory(), bundle.id(), QLatin1String(name));
        QCOMPARE(::stat(path.toLocal8Bit().constData(), &status), 0);
        QCOMPARE(status.st_mode & 07777, 0600U);
    }
    QCOMPARE(container.run(QStringLiteral("start")).err, QByteArray{});
    QVERIFY(QFile::remove(bundle.directory() + QStringLiteral("/config.json")));
    QCOMPARE(container.run(QStringLiteral("exec"), {QStringLiteral("hostname")}).out, QByteArray{"box\n"});
    QCOMPARE(container.run(QStringLiteral("kill"), {QStringLiteral("KILL")}).status, 0);
    QTRY_COMPARE(container.statusWord(), QStringLiteral("stopped"));
    QCOMPARE(container.run(QStringLiteral("delete")).err, QByteArray{});
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeCommands::keepLeavesTheContainer()
{
    Bundle bundle{Kind::User};
    bundle.setScript(QStringLiteral("exit 7"));
    bundle.write();
    const QStringList run{QStringLiteral("run"), QStringLiteral("--keep"), QStringLiteral("-b"), bundle.directory(),
                          bundle.id()};
    QCOMPARE(bundle.runtime(run).status, 7);
    QVERIFY(bundle.runtime({QStringLiteral("state"), bundle.id()}).out.contains("\"stopped\""));
    QVERIFY(bundle.runtime(run).err.contains("container with given ID already exists"));
    QCOMPARE(bundle.runtime({QStringLiteral("delete"), bundle.id()}).err, QByteArray{});
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeCommands::killWords_data()
{
    QTest::addColumn<QString>("signal");
    QTest::addColumn<int>("number"); // what the program gets; 0: nothing
    QTest::newRow("name") << QStringLiteral("USR1") << SIGUSR1;
    QTest::newRow("with SIG") << QStringLiteral("SIGUSR1") << SIGUSR1;
    QTest::newRow("small") << QStringLiteral("sigusr1") << SIGUSR1;
    QTest::newRow("number") << QString::number(SIGUSR1) << SIGUSR1;
    QTest::newRow("whether it is there") << QStringLiteral("0") << 0;
}

void TestRuntimeCommands::killWords()
{
    QFETCH(QString, signal);
    QFETCH(int, number);
    Bundle bundle{Kind::User};
    bundle.setScript(QStringLiteral("trap 'echo got; exit' USR1; echo ready; while :; do usleep 10000; done"));
    const Detached container{bundle};
    QTRY_COMPARE(container.output(), QByteArray{"ready\n"});
    QCOMPARE(container.run(QStringLiteral("kill"), {signal}).err, QByteArray{});
    if (number != 0)
        QTRY_COMPARE(container.output(), QByteArray{"ready\ngot\n"});
    else
        QCOMPARE(container.statusWord(), QStringLiteral("running"));
}

/// Without a pid namespace PID 1 is like any other process: what it leaves behind is killed too.
void TestRuntimeCommands::killAllWithoutPidNamespace()
{
    Bundle bundle{Kind::User};
    std::erase_if(bundle.spec.linux.namespaces,
                  [](const oci::Namespace& space) { return space.type == oci::NamespaceType::Pid; });
    std::erase_if(bundle.spec.mounts, [](const oci::Mount& mount) { return mount.destination == "/proc"; });
    bundle.spec.linux.maskedPaths.clear();
    bundle.spec.linux.readonlyPaths.clear();
    bundle.setScript(QStringLiteral("sleep 100 & sleep 100"));
    const Detached container{bundle};
    QCOMPARE(container.errors(), QByteArray{});
    const auto processes = [&] { return cgroupFile(bundle, QStringLiteral("pids"), QStringLiteral("cgroup.procs")); };
    QTRY_COMPARE(processes().split('\n').size(), 2);
    QCOMPARE(container.run(QStringLiteral("kill"), {QStringLiteral("KILL")}).err, QByteArray{});
    QTRY_COMPARE(processes(), QByteArray{});
    QCOMPARE(container.run(QStringLiteral("kill"), {QStringLiteral("--all"), QStringLiteral("KILL")}).err,
             QByteArray{});
    QVERIFY(container.run(QStringLiteral("kill")).err.contains("container not running"));
    QCOMPARE(container.run(QStringLiteral("delete")).err, QByteArray{});
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeCommands::updateSetsLimits_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QString>("controller");
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("value");
    const auto row = [](const char* option, const char* value, const char* controller, const char* file,
                        const char* wanted) {
        QTest::newRow(option) << QStringList{QLatin1String(option), QLatin1String(value)}
                              << QString::fromLatin1(controller) << QString::fromLatin1(file) << QByteArray{wanted};
    };
    row("--memory", "64m", "memory", "memory.limit_in_bytes", "67108864");
    row("--memory-reservation", "33554432", "memory", "memory.soft_limit_in_bytes", "33554432");
    row("--cpu-quota", "50000", "cpu", "cpu.cfs_quota_us", "50000");
    row("--cpu-share", "512", "cpu", "cpu.shares", "512");
    row("--cpuset-cpus", "0", "cpuset", "cpuset.cpus", "0");
    row("--cpuset-mems", "0", "cpuset", "cpuset.mems", "0");
    row("--pids-limit", "17", "pids", "pids.max", "17");
    row("--resources", "/dev/stdin", "pids", "pids.max", "18");
    row("-r", "-", "pids", "pids.max", "18");
}

void TestRuntimeCommands::updateSetsLimits()
{
    QFETCH(QStringList, options);
    QFETCH(QString, controller);
    QFETCH(QString, file);
    Bundle bundle{Kind::User};
    const Detached container{sleeping(bundle)};
    QProcess update;
    update.start(runtimeProgram(),
                 bundle.runtimeArguments(QStringList{QStringLiteral("update")} + options + QStringList{bundle.id()}));
    update.write("{\"pids\": {\"limit\": 18}}");
    update.closeWriteChannel();
    QVERIFY(update.waitForFinished());
    QCOMPARE(update.readAllStandardError(), QByteArray{});
    QTEST(cgroupFile(bundle, controller, file), "value");
}

/// The kernel wants some limits in an order, which depends on what is set already.
void TestRuntimeCommands::updateGoesBothWays()
{
    Bundle bundle{Kind::User};
    const Detached container{sleeping(bundle)};
    const struct {
        std::vector<const char*> options;
        const char* controller;
        std::vector<std::pair<const char*, const char*>> files;
    } steps[]{
        {{"--memory=64m", "--memory-swap=128m"},
         "memory",
         {{"memory.limit_in_bytes", "67108864"}, {"memory.memsw.limit_in_bytes", "134217728"}}},
        {{"--memory=256m", "--memory-swap=512m"},
         "memory",
         {{"memory.limit_in_bytes", "268435456"}, {"memory.memsw.limit_in_bytes", "536870912"}}},
        {{"--memory=32m", "--memory-swap=32m"},
         "memory",
         {{"memory.limit_in_bytes", "33554432"}, {"memory.memsw.limit_in_bytes", "33554432"}}},
        {{"--memory=64m", "--memory-swap=-1"},
         "memory",
         {{"memory.limit_in_bytes", "67108864"}, {"memory.memsw.limit_in_bytes", "9223372036854771712"}}},
        {{"--memory-swap=64m"}, "memory", {{"memory.memsw.limit_in_bytes", "67108864"}}},
        {{"--memory=-1"},
         "memory",
         {{"memory.limit_in_bytes", "9223372036854771712"}, {"memory.memsw.limit_in_bytes", "9223372036854771712"}}},
        {{"--cpu-period=50000", "--cpu-quota=25000", "--cpu-burst=20000"},
         "cpu",
         {{"cpu.cfs_period_us", "50000"}, {"cpu.cfs_quota_us", "25000"}, {"cpu.cfs_burst_us", "20000"}}},
        {{"--cpu-period=200000", "--cpu-quota=150000", "--cpu-burst=100000"},
         "cpu",
         {{"cpu.cfs_period_us", "200000"}, {"cpu.cfs_quota_us", "150000"}, {"cpu.cfs_burst_us", "100000"}}},
        {{"--cpu-period=10000", "--cpu-quota=5000", "--cpu-burst=1000"},
         "cpu",
         {{"cpu.cfs_period_us", "10000"}, {"cpu.cfs_quota_us", "5000"}, {"cpu.cfs_burst_us", "1000"}}},
        {{"--cpu-burst=0"}, "cpu", {{"cpu.cfs_burst_us", "0"}}},
        {{"--cpu-quota=-1"}, "cpu", {{"cpu.cfs_quota_us", "-1"}}},
        {{"--pids-limit=17"}, "pids", {{"pids.max", "17"}}},
        {{"--pids-limit=-1"}, "pids", {{"pids.max", "max"}}},
        {{"--pids-limit=12"}, "pids", {{"pids.max", "12"}}},
    };
    for (const auto& step : steps) {
        QStringList options;
        for (const char* option : step.options)
            options << QString::fromLatin1(option);
        const Outcome outcome = container.run(QStringLiteral("update"), {}, options);
        QVERIFY2(outcome.status == 0, options.join(u' ').toLatin1() + ": " + outcome.err);
        for (const auto& [file, value] : step.files)
            QCOMPARE(cgroupFile(bundle, QString::fromLatin1(step.controller), QString::fromLatin1(file)),
                     QByteArray{value});
    }
}

void TestRuntimeCommands::updateRefuses_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<QByteArray>("message");
    QTest::newRow("nothing") << QStringList{} << QByteArray{"update takes either"};
    QTest::newRow("both") << QStringList{QStringLiteral("-r"), QStringLiteral("-"), QStringLiteral("--memory=1m")}
                          << QByteArray{"update takes either"};
    QTest::newRow("no number") << QStringList{QStringLiteral("--pids-limit=many")}
                               << QByteArray{"--pids-limit: \"many\" is not"};
    QTest::newRow("no size") << QStringList{QStringLiteral("--memory=1x")} << QByteArray{"--memory: \"1x\" is not"};
    QTest::newRow("out of range") << QStringList{QStringLiteral("--blkio-weight=5")} << QByteArray{"weight"};
}

void TestRuntimeCommands::updateRefuses()
{
    QFETCH(QStringList, options);
    QFETCH(QByteArray, message);
    Bundle bundle{Kind::User};
    const Detached container{sleeping(bundle)};
    const Outcome outcome = container.run(QStringLiteral("update"), {}, options);
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains(message), outcome.err);
}

void TestRuntimeCommands::eventsShowStatistics()
{
    Bundle bundle{Kind::User};
    const Detached container{sleeping(bundle)};
    const Outcome outcome = container.run(QStringLiteral("events"), {}, {QStringLiteral("--stats")});
    QCOMPARE(outcome.err, QByteArray{});
    const QJsonObject event = QJsonDocument::fromJson(outcome.out).object();
    QCOMPARE(event.value(u"type").toString(), QStringLiteral("stats"));
    QCOMPARE(event.value(u"id").toString(), bundle.id());
    const QJsonObject data = event.value(u"data").toObject();
    QCOMPARE(data.value(u"pids").toObject().value(u"current").toInt(), 1);
    QVERIFY(data.value(u"memory").toObject().value(u"usage").toObject().value(u"usage").toInteger() > 0);
}

void TestRuntimeCommands::eventsEndWithTheContainer()
{
    Bundle bundle{Kind::User};
    const Detached container{sleeping(bundle)};
    QProcess events;
    events.start(runtimeProgram(),
                 bundle.runtimeArguments(
                     {QStringLiteral("events"), QStringLiteral("--interval"), QStringLiteral("50ms"), bundle.id()}));
    QByteArray shown;
    QTRY_VERIFY((shown += events.readAllStandardOutput()).count('\n') >= 2);
    QCOMPARE(events.state(), QProcess::Running);
    QCOMPARE(container.run(QStringLiteral("kill"), {QStringLiteral("KILL")}).status, 0);
    QVERIFY(events.waitForFinished());
    QCOMPARE(events.exitCode(), 0);
    QVERIFY(container.run(QStringLiteral("events"), {}, {QStringLiteral("--stats")}).err.contains("is not running"));
}

void TestRuntimeCommands::specRuns()
{
    Bundle bundle{Kind::Plain};
    const QStringList spec{QStringLiteral("spec"), QStringLiteral("--bundle"), bundle.directory()};
    QCOMPARE(bundle.runtime(spec).err, QByteArray{});
    QVERIFY(bundle.runtime(spec).err.contains("Remove it first"));
    QFile file{bundle.directory() + QStringLiteral("/config.json")};
    QVERIFY(file.open(QIODevice::ReadOnly));
    QJsonObject config = QJsonDocument::fromJson(file.readAll()).object();
    QJsonObject process = config.value(u"process").toObject();
    QCOMPARE(process.value(u"terminal"), QJsonValue{true});
    process[u"terminal"] = false;
    process[u"args"] = QJsonArray{QStringLiteral("hostname")};
    config[u"process"] = process;
    bundle.writeRaw(QJsonDocument{config}.toJson());
    const Outcome outcome
        = bundle.runtime({QStringLiteral("run"), QStringLiteral("-b"), bundle.directory(), bundle.id()});
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.out, QByteArray{"lamella\n"});
}

void TestRuntimeCommands::logFile_data()
{
    QTest::addColumn<QStringList>("options");
    QTest::addColumn<bool>("file");
    QTest::addColumn<QByteArray>("pattern");
    const QByteArray json
        = R"(^\{"level":"error","msg":"cannot find nosuch: container does not exist","time":"[^"]*Z"\}$)";
    const QByteArray text = R"(^time="[^"]*Z" level=error msg="cannot find nosuch: container does not exist"$)";
    QTest::newRow("json") << QStringList{QStringLiteral("--log-format"), QStringLiteral("json")} << true << json;
    QTest::newRow("text") << QStringList{} << true << text;
    QTest::newRow("json without a file") << QStringList{QStringLiteral("--log-format=json")} << false << json;
}

void TestRuntimeCommands::logFile()
{
    QFETCH(QStringList, options);
    QFETCH(bool, file);
    QFETCH(QByteArray, pattern);
    Bundle bundle{Kind::User};
    const QString path = bundle.directory() + QStringLiteral("/log");
    if (file)
        options << QStringLiteral("--log") << path;
    const Outcome outcome = bundle.runtime(options + QStringList{QStringLiteral("state"), QStringLiteral("nosuch")});
    QCOMPARE(outcome.status, 1);
    QByteArray logged = outcome.err;
    if (file) {
        QCOMPARE(outcome.err, QByteArray{"lamella-runtime: cannot find nosuch: container does not exist\n"});
        QFile log{path};
        QVERIFY(log.open(QIODevice::ReadOnly));
        logged = log.readAll();
    }
    QVERIFY2(QRegularExpression{QString::fromLatin1(pattern)}.match(QString::fromUtf8(logged.trimmed())).hasMatch(),
             logged);
}

void TestRuntimeCommands::missingProgramIsToldByCreate()
{
    Bundle bundle{Kind::User};
    bundle.setCommand({QStringLiteral("nosuch")});
    const Detached missing{bundle, QStringLiteral("create")};
    QCOMPARE(missing.status(), 1);
    QVERIFY2(missing.errors().contains("cannot run nosuch: executable file not found in $PATH"), missing.errors());
    for (const char* path : {"/etc/passwd", "/etc"}) {
        bundle.setCommand({QString::fromLatin1(path)});
        const Detached forbidden{bundle, QStringLiteral("create")};
        QVERIFY2(forbidden.errors().contains(QByteArray{"cannot run "} + path + ": permission denied"),
                 forbidden.errors());
    }
    QCOMPARE(bundle.leftovers(), QStringList{});
}

/// However they come, one start wins, nothing is left, and no command says what is not so.
void TestRuntimeCommands::startAndDeleteAtOnce()
{
    for (int round = 0; round < 10; ++round) {
        Bundle bundle{Kind::User};
        const Detached container{sleeping(bundle), QStringLiteral("create")};
        QCOMPARE(container.status(), 0);
        std::vector<Outcome> starts(3);
        Outcome removal;
        {
            std::vector<std::jthread> threads;
            for (Outcome& start : starts)
                threads.emplace_back([&] { start = container.run(QStringLiteral("start")); });
            threads.emplace_back(
                [&] { removal = container.run(QStringLiteral("delete"), {}, {QStringLiteral("--force")}); });
        }
        QCOMPARE(removal.err, QByteArray{});
        int started = 0;
        for (const Outcome& start : starts) {
            started += start.status == 0;
            const bool told = start.status == 0 || start.err.contains("already running")
                || start.err.contains("has stopped") || start.err.contains("does not exist")
                || start.err.contains("was ended before it ran its program")
                || start.err.contains("does not wait to be started");
            QVERIFY2(told, start.err);
        }
        QVERIFY(started <= 1);
        const QStringList left = bundle.leftovers();
        QVERIFY2(left.isEmpty(), qPrintable(left.join(u'\n')));
    }
}

void TestRuntimeCommands::onlyRootCreates()
{
    Bundle bundle{Kind::User};
    bundle.setScript(QStringLiteral("true"));
    bundle.write();
    QProcess process;
    process.setChildProcessModifier([] {
        if (::setgroups(0, nullptr) != 0 || ::setresgid(65534, 65534, 65534) != 0
            || ::setresuid(65534, 65534, 65534) != 0)
            ::_exit(1);
    });
    process.start(
        runtimeProgram(),
        bundle.runtimeArguments({QStringLiteral("run"), QStringLiteral("-b"), bundle.directory(), bundle.id()}));
    QVERIFY(process.waitForFinished());
    const QByteArray told = process.readAllStandardError();
    QVERIFY2(told.contains("only root can make a container"), told);
    QCOMPARE(process.exitCode(), 1);
}

void TestRuntimeCommands::versionAndHelp()
{
    const Outcome version = test::run(runtimeProgram(), {QStringLiteral("--version")});
    QCOMPARE(version.status, 0);
    QVERIFY2(version.out.startsWith("lamella-runtime version ") && version.out.contains("\nspec: 1.2.0\n"),
             version.out);
    const Outcome help = test::run(runtimeProgram(), {QStringLiteral("exec"), QStringLiteral("--help")});
    QCOMPARE(help.status, 0);
    QVERIFY2(help.out.contains("--additional-gids GID"), help.out);
}

/// Every word of the document is one that a configuration may have.
void TestRuntimeCommands::featuresAreWhatIsRead()
{
    const Outcome outcome = test::run(runtimeProgram(), {QStringLiteral("features")});
    QCOMPARE(outcome.err, QByteArray{});
    const QJsonObject features = QJsonDocument::fromJson(outcome.out).object();
    QCOMPARE(features.value(u"ociVersionMin").toString(), QStringLiteral("1.0.0"));
    QCOMPARE(features.value(u"ociVersionMax").toString(), QStringLiteral("1.2.0"));
    QCOMPARE(features.value(u"hooks").toArray().size(), 6);
    const QJsonObject linux = features.value(u"linux").toObject();
    for (const char* key :
         {"namespaces", "capabilities", "cgroup", "seccomp", "apparmor", "selinux", "intelRdt", "mountExtensions"})
        QVERIFY2(linux.contains(QLatin1String(key)), key);
    for (const char* name : {"cgroup", "ipc", "mount", "network", "pid", "time", "user", "uts"})
        QVERIFY2(linux.value(u"namespaces").toArray().contains(QLatin1String(name)), name);
    const QJsonArray options = features.value(u"mountOptions").toArray();
    QVERIFY(options.size() > 60);
    for (const QJsonValue& option : options) {
        const std::string word = option.toString().toStdString();
        const auto bind = oci::parseMountOptions({"/x", "bind", "/y", {"rbind", word}, {}, {}});
        const auto fresh = oci::parseMountOptions({"/x", "tmpfs", "tmpfs", {word}, {}, {}});
        QVERIFY2(bind || fresh, word.c_str());
    }
    for (const QJsonValue& capability : linux.value(u"capabilities").toArray())
        QVERIFY(oci::capabilityNumber(capability.toString().toStdString()).has_value());
}

QTEST_GUILESS_MAIN(TestRuntimeCommands)
#include "test_runtime_commands.moc"
