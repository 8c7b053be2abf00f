// SPDX-License-Identifier: GPL-3.0-or-later
#include "running.h"

#include <QDir>
#include <QElapsedTimer>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include <unistd.h>

using namespace lamella;
using namespace lamella::test;

using HookList = std::vector<oci::Hook> oci::Hooks::*;
Q_DECLARE_METATYPE(Kind)
Q_DECLARE_METATYPE(HookList)

/// Hooks in all places (config.md, "POSIX-platform Hooks"; runtime.md, "Lifecycle").
class TestRuntimeHooks : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { enterPrivateMounts(); }
    void cleanupTestCase() { removeEverything(); }

    void order_data() { kinds(); }
    void order();
    void stateOnStandardInput_data() { kinds(); }
    void stateOnStandardInput();
    void namespaces();
    void creationHooksThatFail_data();
    void creationHooksThatFail();
    void laterHooksThatFail();
    void timeouts();
    void hookThatCannotRun();
    void argumentsAndEnvironment();
    void environmentThatIsNotGiven();
    void hookThatNeitherReadsNorStops();
    void mountsOfHooks();
    void hooksOfTheCreation();
    void confinementOfStartContainer();
    void startContainerThatFailsAtStart();

private:
    static void kinds();
};

namespace {

/// A shell script as a hook.
oci::Hook script(const QString& text)
{
    const std::vector<std::string> path{"PATH=/usr/sbin:/usr/bin:/sbin:/bin"};
    return {"/bin/sh", {"sh", "-c", text.toStdString()}, path, std::nullopt};
}

QByteArray contentOf(const QString& path)
{
    QFile file{path};
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray{};
}

/// The directory /vol of the container, which the host sees too.
QString shared(const Bundle& bundle)
{
    return bundle.image() + QStringLiteral("/vol");
}

constexpr const char* kPlaces[]{"prestart",       "createRuntime", "createContainer",
                                "startContainer", "poststart",     "poststop"};
constexpr HookList kLists[]{&oci::Hooks::prestart,       &oci::Hooks::createRuntime, &oci::Hooks::createContainer,
                            &oci::Hooks::startContainer, &oci::Hooks::poststart,     &oci::Hooks::poststop};

/// Gives each place a hook that runs `text` with the place's name as $0 and the shared directory as $1.
void addEverywhere(Bundle& bundle, const QString& text)
{
    QFile{shared(bundle)}.setPermissions(QFile::Permissions::fromInt(0x7777));
    for (std::size_t i = 0; i < std::size(kPlaces); ++i) {
        const QString directory = i == 3 ? QStringLiteral("/vol") : shared(bundle);
        (bundle.spec.hooks.*kLists[i]).push_back(script(text));
        (bundle.spec.hooks.*kLists[i]).back().args.push_back(kPlaces[i]);
        (bundle.spec.hooks.*kLists[i]).back().args.push_back(directory.toStdString());
    }
}

} // namespace

void TestRuntimeHooks::kinds()
{
    QTest::addColumn<Kind>("kind");
    QTest::newRow("plain") << Kind::Plain;
    QTest::newRow("user namespace") << Kind::User;
}

void TestRuntimeHooks::order()
{
    QFETCH(Kind, kind);
    Bundle bundle{kind};
    addEverywhere(bundle, QStringLiteral("echo $0 1 >>$1/log"));
    for (const HookList list : kLists) {
        oci::Hook second = (bundle.spec.hooks.*list).front();
        second.args[2] = "echo $0 2 >>$1/log";
        (bundle.spec.hooks.*list).push_back(second);
    }
    QFile log{shared(bundle) + QStringLiteral("/log")};
    QVERIFY(log.open(QIODevice::WriteOnly));
    log.setPermissions(QFile::Permissions::fromInt(0x6666));
    bundle.setScript(QStringLiteral("echo program >>/vol/log; sleep 0.3"));
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.status, 0);
    QList<QByteArray> lines = contentOf(log.fileName()).split('\n');
    lines.removeOne("program"); // beside poststart
    QByteArray expected;
    for (const char* place : kPlaces)
        expected += QByteArray{place} + " 1\n" + place + " 2\n";
    QCOMPARE(lines.join('\n'), expected);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeHooks::stateOnStandardInput()
{
    QFETCH(Kind, kind);
    Bundle bundle{kind};
    addEverywhere(bundle, QStringLiteral("cat >$1/$0"));
    bundle.spec.annotations = {{"org.example.key", "a \"quoted\" \"pid\":1000000000 value"}, {"x", ""}};
    bundle.setCommand({QStringLiteral("payload"), QStringLiteral("sleep"), QStringLiteral("100")});
    bundle.write();
    const Outcome created = createOf(bundle);
    QVERIFY2(created.status == 0, created.err);
    const auto asked = QJsonDocument::fromJson(bundle.runtime({QStringLiteral("state"), bundle.id()}).out).object();
    const int pid = asked[u"pid"].toInt();
    QVERIFY(pid > 1);
    QCOMPARE(bundle.runtime({QStringLiteral("start"), bundle.id()}).err, QByteArray{});
    bundle.runtime({QStringLiteral("kill"), bundle.id(), QStringLiteral("KILL")});
    QCOMPARE(bundle.runtime({QStringLiteral("delete"), QStringLiteral("--force"), bundle.id()}).err, QByteArray{});

    // As the hook sees the process: those of the container see it as the first of their PID namespace.
    const int pids[]{pid, pid, 1, 1, pid, 0};
    const char* const statuses[]{"creating", "creating", "creating", "created", "running", "stopped"};
    for (std::size_t i = 0; i < std::size(kPlaces); ++i) {
        const QByteArray text = contentOf(shared(bundle) + u'/' + QString::fromLatin1(kPlaces[i]));
        const QJsonObject state = QJsonDocument::fromJson(text).object();
        QVERIFY2(state[u"pid"].toInt() == pids[i], text);
        QVERIFY2(state[u"status"].toString() == QLatin1String(statuses[i]), text);
        QCOMPARE(state[u"id"].toString(), bundle.id());
        QCOMPARE(state[u"bundle"].toString(), bundle.directory());
        QCOMPARE(state[u"ociVersion"].toString(), QStringLiteral("1.2.0"));
        QCOMPARE(state[u"annotations"].toObject()[u"org.example.key"].toString(),
                 QStringLiteral("a \"quoted\" \"pid\":1000000000 value"));
    }
}

void TestRuntimeHooks::namespaces()
{
    Bundle bundle{Kind::Plain};
    addEverywhere(bundle, QStringLiteral("{ readlink /proc/self/ns/mnt; pwd; } >$1/$0"));
    bundle.setScript(QStringLiteral("readlink /proc/self/ns/mnt; sleep 0.3"));
    bundle.spec.process.cwd = "/tmp";
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    const QByteArray own = QFile::symLinkTarget(QStringLiteral("/proc/self/ns/mnt")).section(u'/', -1).toLatin1();
    const QByteArray inside = outcome.out.trimmed();
    QVERIFY(inside != own && inside.startsWith("mnt:["));
    const auto report = [&](const char* place) { return contentOf(shared(bundle) + u'/' + QLatin1String(place)); };
    const QByteArray directory = bundle.directory().toLocal8Bit();
    for (const char* place : {"prestart", "createRuntime", "poststart", "poststop"})
        QCOMPARE(report(place), own + '\n' + directory + '\n');
    QCOMPARE(report("createContainer"), inside + '\n' + directory + "/rootfs\n");
    QCOMPARE(report("startContainer"), inside + "\n/tmp\n");
}

void TestRuntimeHooks::creationHooksThatFail_data()
{
    QTest::addColumn<HookList>("list");
    QTest::addColumn<QByteArray>("name");
    for (std::size_t i = 0; i < 4; ++i)
        QTest::newRow(kPlaces[i]) << kLists[i] << QByteArray{kPlaces[i]};
}

void TestRuntimeHooks::creationHooksThatFail()
{
    QFETCH(HookList, list);
    QFETCH(QByteArray, name);
    Bundle bundle{Kind::Plain};
    bundle.spec.hooks.poststop.push_back(script(QStringLiteral("echo stopped >%1/log").arg(shared(bundle))));
    (bundle.spec.hooks.*list).push_back(script(QStringLiteral("echo something is wrong; exit 3")));
    (bundle.spec.hooks.*list).push_back(script(QStringLiteral("echo >%1/second").arg(shared(bundle))));
    bundle.setScript(QStringLiteral("echo >/vol/program"));
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.status, 1);
    QVERIFY2(outcome.err.contains("the " + name + " hook /bin/sh exited with status 3: something is wrong\n"),
             outcome.err);
    QCOMPARE(bundle.leftovers(), QStringList{});
    QCOMPARE(QDir{shared(bundle)}.entryList(QDir::Files), QStringList{QStringLiteral("log")});
    QCOMPARE(contentOf(shared(bundle) + QStringLiteral("/log")), QByteArray{"stopped\n"});
}

void TestRuntimeHooks::laterHooksThatFail()
{
    Bundle bundle{Kind::Plain};
    for (const HookList list : {&oci::Hooks::poststart, &oci::Hooks::poststop}) {
        (bundle.spec.hooks.*list).push_back(script(QStringLiteral("exit 7")));
        (bundle.spec.hooks.*list).push_back(script(QStringLiteral("kill -9 $$")));
        (bundle.spec.hooks.*list).push_back(script(QStringLiteral("echo >>%1/log").arg(shared(bundle))));
    }
    bundle.setScript(QStringLiteral("exit 5"));
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.status, 5);
    for (const char* message :
         {"the poststart hook /bin/sh exited with status 7", "the poststop hook /bin/sh was killed by signal 9"})
        QVERIFY2(outcome.err.contains(message), outcome.err);
    QCOMPARE(contentOf(shared(bundle) + QStringLiteral("/log")), QByteArray{"\n\n"});
    QCOMPARE(bundle.leftovers(), QStringList{});
}

void TestRuntimeHooks::timeouts()
{
    for (const HookList list :
         {&oci::Hooks::createRuntime, &oci::Hooks::createContainer, &oci::Hooks::startContainer}) {
        Bundle bundle{Kind::Plain};
        oci::Hook slow = script(QStringLiteral("sleep 20"));
        slow.timeout = 1;
        (bundle.spec.hooks.*list).push_back(slow);
        bundle.setCommand({QStringLiteral("true")});
        QElapsedTimer time;
        time.start();
        const Outcome outcome = bundle.run();
        QCOMPARE(outcome.status, 1);
        QVERIFY2(outcome.err.contains("longer than its timeout"), outcome.err);
        QVERIFY(time.elapsed() >= 1000);
        QVERIFY(time.elapsed() < 10'000);
        QCOMPARE(bundle.leftovers(), QStringList{});
    }
}

void TestRuntimeHooks::hookThatCannotRun()
{
    for (const HookList list : {&oci::Hooks::prestart, &oci::Hooks::createContainer, &oci::Hooks::startContainer}) {
        Bundle bundle{Kind::Plain};
        (bundle.spec.hooks.*list).push_back({"/no/such/hook", {}, {}, std::nullopt});
        bundle.setCommand({QStringLiteral("true")});
        const Outcome outcome = bundle.run();
        QCOMPARE(outcome.status, 1);
        QVERIFY2(outcome.err.contains("hook /no/such/hook: No such file or directory"), outcome.err);
        QCOMPARE(bundle.leftovers(), QStringList{});
    }
}

void TestRuntimeHooks::argumentsAndEnvironment()
{
    Bundle bundle{Kind::Plain};
    const QString path = bundle.directory() + QStringLiteral("/hook");
    QFile hook{path};
    QVERIFY(hook.open(QIODevice::WriteOnly));
    hook.write("#!/bin/sh\n{ echo \"$0 $#\"; tr '\\0' '\\n' </proc/$$/environ; } >>out\n");
    hook.close();
    hook.setPermissions(QFile::ReadOwner | QFile::ExeOwner);
    using Environment = std::vector<std::string>;
    bundle.spec.hooks.createRuntime.push_back({path.toStdString(), {}, Environment{}, std::nullopt});
    bundle.spec.hooks.createRuntime.push_back(
        {path.toStdString(), {"name", "a b", ""}, Environment{"X=1", "Y"}, std::nullopt});
    bundle.setCommand({QStringLiteral("true")});
    QCOMPARE(bundle.run().err, QByteArray{});
    const QByteArray name = path.toLocal8Bit();
    QCOMPARE(contentOf(bundle.directory() + QStringLiteral("/out")), name + " 0\n" + name + " 2\nX=1\nY\n");
}

/// It is that of the runtime; but nothing of it gets into the container.
void TestRuntimeHooks::environmentThatIsNotGiven()
{
    ::setenv("LAMELLA_TEST_SECRET", "1", 1);
    Bundle bundle{Kind::Plain};
    addEverywhere(bundle, QStringLiteral("echo $LAMELLA_TEST_SECRET $INSIDE >$1/$0"));
    for (const HookList list : kLists)
        (bundle.spec.hooks.*list).front().env.reset();
    bundle.spec.process.env.push_back("INSIDE=2");
    bundle.setCommand({QStringLiteral("true")});
    const Outcome outcome = bundle.run();
    ::unsetenv("LAMELLA_TEST_SECRET");
    QCOMPARE(outcome.err, QByteArray{});
    for (const char* place : kPlaces) {
        const QByteArray expected = qstrcmp(place, "startContainer") == 0 ? "2\n" : "1\n";
        QCOMPARE(contentOf(shared(bundle) + u'/' + QLatin1String(place)), expected);
    }
}

void TestRuntimeHooks::hookThatNeitherReadsNorStops()
{
    Bundle bundle{Kind::Plain};
    bundle.spec.annotations["big"] = std::string(300'000, 'x');
    addEverywhere(bundle, QStringLiteral("head -c 3000000 /dev/zero; [ $(wc -c) -gt 300000 ]"));
    (bundle.spec.hooks.createRuntime).push_back(script(QStringLiteral("exec sleep 0 </dev/null")));
    bundle.setCommand({QStringLiteral("true")});
    const Outcome outcome = bundle.run();
    QVERIFY2(outcome.status == 0, outcome.err);
    QCOMPARE(outcome.out, QByteArray{});
}

void TestRuntimeHooks::mountsOfHooks()
{
    Bundle bundle{Kind::Plain};
    QFile file{bundle.directory() + QStringLiteral("/file")};
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("mounted by a hook\n");
    file.close();
    for (const char* name : {"one", "two"})
        QVERIFY(QFile::copy(QStringLiteral("/dev/null"), shared(bundle) + u'/' + QLatin1String(name))
                || QFile{shared(bundle) + u'/' + QLatin1String(name)}.open(QIODevice::WriteOnly));
    // From outside at the root's own path, and from inside in the root as the working directory.
    bundle.spec.hooks.createRuntime.push_back(script(QStringLiteral("pid=$(sed -n 's/.*\"pid\":\\([0-9]*\\).*/\\1/p'); "
                                                                    "nsenter -t $pid -m mount --bind %1 %2/one")
                                                         .arg(file.fileName(), shared(bundle))));
    bundle.spec.hooks.createContainer.push_back(script(QStringLiteral("mount --bind %1 vol/two").arg(file.fileName())));
    bundle.spec.rootReadonly = true;
    bundle.setScript(QStringLiteral("cat /vol/one /vol/two"));
    const Outcome outcome = bundle.run();
    QCOMPARE(outcome.err, QByteArray{});
    QCOMPARE(outcome.out, QByteArray{"mounted by a hook\nmounted by a hook\n"});
    QCOMPARE(contentOf(shared(bundle) + QStringLiteral("/one")), QByteArray{});
    QCOMPARE(bundle.leftovers(), QStringList{});
}

/// "Any updates to config.json after this step MUST NOT affect the container."
void TestRuntimeHooks::hooksOfTheCreation()
{
    Bundle bundle{Kind::Plain};
    bundle.spec.hooks.poststop.push_back(script(QStringLiteral("echo right >%1/log").arg(shared(bundle))));
    bundle.setCommand({QStringLiteral("true")});
    bundle.write();
    QCOMPARE(createOf(bundle).status, 0);
    bundle.spec.hooks.poststop = {script(QStringLiteral("echo wrong >%1/log").arg(shared(bundle)))};
    bundle.write();
    QCOMPARE(bundle.runtime({QStringLiteral("delete"), QStringLiteral("--force"), bundle.id()}).err, QByteArray{});
    QCOMPARE(contentOf(shared(bundle) + QStringLiteral("/log")), QByteArray{"right\n"});
}

/// A program of the image must not run with the rights of the runtime.
void TestRuntimeHooks::confinementOfStartContainer()
{
    Bundle bundle{Kind::Plain};
    oci::Seccomp seccomp;
    seccomp.defaultAction = "SCMP_ACT_ALLOW";
    seccomp.syscalls = {{{"sethostname"}, "SCMP_ACT_ERRNO", 13, {}}, {{"clone3"}, "SCMP_ACT_ERRNO", 38, {}}};
    bundle.spec.linux.seccomp = seccomp;
    bundle.spec.process.user.uid = 1000;
    bundle.spec.process.capabilities->ambient = {};
    bundle.spec.process.capabilities->effective = bundle.spec.process.capabilities->permitted = {};
    addEverywhere(bundle, QStringLiteral("[ $0 != startContainer ] || cat /proc/self/status >/vol/status"));
    bundle.setCommand({QStringLiteral("true")});
    const Outcome outcome = bundle.run();
    QVERIFY2(outcome.status == 0, outcome.err);
    const QByteArray status = contentOf(shared(bundle) + QStringLiteral("/status"));
    for (const char* line :
         {"Uid:\t1000\t1000\t1000\t1000", "CapPrm:\t0000000000000000", "NoNewPrivs:\t1", "Seccomp:\t2"})
        QVERIFY2(status.contains(line), status);
}

void TestRuntimeHooks::startContainerThatFailsAtStart()
{
    Bundle bundle{Kind::Plain};
    bundle.spec.hooks.startContainer.push_back(script(QStringLiteral("echo no >&2; exit 1")));
    bundle.setScript(QStringLiteral("echo >/vol/program"));
    bundle.write();
    QCOMPARE(createOf(bundle).status, 0);
    const Outcome started = bundle.runtime({QStringLiteral("start"), bundle.id()});
    QCOMPARE(started.status, 1);
    QVERIFY2(started.err.contains("the startContainer hook /bin/sh exited with status 1: no\n"), started.err);
    QTRY_VERIFY(bundle.runtime({QStringLiteral("state"), bundle.id()}).out.contains("\"stopped\""));
    QVERIFY(!QFile::exists(shared(bundle) + QStringLiteral("/program")));
    QCOMPARE(bundle.runtime({QStringLiteral("delete"), bundle.id()}).status, 0);
    QCOMPARE(bundle.leftovers(), QStringList{});
}

QTEST_GUILESS_MAIN(TestRuntimeHooks)
#include "test_runtime_hooks.moc"
