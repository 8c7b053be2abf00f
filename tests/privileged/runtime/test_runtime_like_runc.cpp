// SPDX-License-Identifier: GPL-3.0-or-later
#include "bundle.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTest>

#include <sys/mount.h>

using namespace lamella;
using namespace lamella::test;

/// runc and lamella-runtime are told the same in the same state of a container, and must answer alike: the status, what
/// is printed, and the words that runc's callers look for in a message.
class TestRuntimeLikeRunc : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase() { removeEverything(); }
    void answersAlike_data();
    void answersAlike();
};

namespace {

constexpr auto kId = "compared";

/// One runtime with a bundle of its own. What is left of its container goes with it.
class Side {
public:
    explicit Side(const QString& program)
        : m_program(program)
        , m_bundle(Kind::Plain)
    {
        m_bundle.spec.annotations["org.example.key"] = "value";
        m_bundle.setScript(QStringLiteral("exec sleep 100"));
        m_bundle.write();
    }
    ~Side() { run({QStringLiteral("delete"), QStringLiteral("--force"), QString::fromLatin1(kId)}); }
    Side(const Side&) = delete;
    Side& operator=(const Side&) = delete;

    /// Its standard streams are a file's, as the container keeps them.
    Outcome run(const QStringList& arguments) const
    {
        const QString out = m_bundle.directory() + QStringLiteral("/out");
        QProcess process;
        process.setWorkingDirectory(m_bundle.directory());
        process.setStandardInputFile(QProcess::nullDevice());
        process.setStandardOutputFile(out);
        process.start(m_program,
                      QStringList{QStringLiteral("--root"), m_bundle.directory() + QStringLiteral("/state")}
                          + arguments);
        process.waitForFinished();
        QFile file{out};
        return {process.exitCode(), file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray{},
                process.readAllStandardError()};
    }

    /// Brings the container there: "", "created", "running", "paused" or "stopped".
    void bring(const QString& state) const
    {
        const QString id = QString::fromLatin1(kId);
        const QStringList order{QString{}, QStringLiteral("created"), QStringLiteral("running"),
                                QStringLiteral("paused"), QStringLiteral("stopped")};
        const qsizetype wanted = order.indexOf(state);
        if (wanted >= 1)
            createWithFiles(id);
        if (wanted >= 2)
            run({QStringLiteral("start"), id});
        if (wanted == 3)
            run({QStringLiteral("pause"), id});
        if (wanted == 4) {
            run({QStringLiteral("kill"), id, QStringLiteral("KILL")});
            QTRY_VERIFY(run({QStringLiteral("state"), id}).out.contains("\"stopped\""));
        }
    }

    /// With what differs from one run to another, and between two bundles, taken out.
    QByteArray normalized(QByteArray text) const
    {
        const QJsonDocument document = QJsonDocument::fromJson(text);
        if (document.isObject())
            return QJsonDocument{plain(document.object())}.toJson();
        if (text == "null\n") // Go's empty list
            return QByteArray{"[]"};
        if (document.isArray())
            return QJsonDocument{plain(document.array())}.toJson(QJsonDocument::Compact);
        QString words = QString::fromUtf8(text.replace(m_bundle.directory().toUtf8(), "BUNDLE"));
        static const QRegularExpression time{QStringLiteral("\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z|\\b\\d\\d:\\d\\d\\b")};
        words.replace(time, QStringLiteral("TIME"));
        static const QRegularExpression pid{QStringLiteral("\\b[1-9]\\d*\\b")};
        words.replace(pid, QStringLiteral("N"));
        // ps's C is how busy the process was.
        return words.simplified().replace(QStringLiteral("N N 0 TIME"), QStringLiteral("N N N TIME")).toUtf8();
    }

private:
    /// A container keeps the streams of its creator, which must be nobody's pipe.
    void createWithFiles(const QString& id) const
    {
        QProcess process;
        process.setWorkingDirectory(m_bundle.directory());
        process.setStandardInputFile(QProcess::nullDevice());
        process.setStandardOutputFile(QProcess::nullDevice());
        process.setStandardErrorFile(QProcess::nullDevice());
        process.start(
            m_program,
            {QStringLiteral("--root"), m_bundle.directory() + QStringLiteral("/state"), QStringLiteral("create"), id});
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitCode(), 0);
    }

    QJsonArray plain(const QJsonArray& array) const
    {
        QJsonArray list;
        for (const QJsonValue& value : array)
            list << (value.isObject() ? QJsonValue{plain(value.toObject())} : QJsonValue{1});
        return list;
    }

    QJsonObject plain(QJsonObject object) const
    {
        object[u"owner"] = QString{}; // runc's state does not say it, its list does
        object[u"created"] = QStringLiteral("TIME");
        if (object.value(u"pid").toInt() != 0)
            object[u"pid"] = 1;
        for (const char* key : {"bundle", "rootfs"}) {
            const QString value = object.value(QLatin1String(key)).toString();
            object[QLatin1String(key)] = QString{value}.replace(m_bundle.directory(), QStringLiteral("BUNDLE"));
        }
        return object;
    }

    QString m_program;
    Bundle m_bundle;
};

} // namespace

void TestRuntimeLikeRunc::initTestCase()
{
    enterPrivateMounts();
    if (QStandardPaths::findExecutable(QStringLiteral("runc")).isEmpty())
        QSKIP("runc is not installed");
    // runc does not take a v2 tree that lists a controller beside those of v1.
    ::umount2("/sys/fs/cgroup/unified", MNT_DETACH);
}

void TestRuntimeLikeRunc::answersAlike_data()
{
    QTest::addColumn<QString>("state");
    QTest::addColumn<QString>("command");
    QTest::addColumn<QByteArray>("words"); // in both messages; empty: neither says anything
    const auto row = [](const char* state, const char* command, const char* words = "") {
        QTest::addRow("%s, %s", command, state)
            << QString::fromLatin1(state) << QString::fromLatin1(command) << QByteArray{words};
    };
    row("", "list");
    row("", "list -q");
    row("", "list --format json");
    for (const char* command : {"state ID", "start ID", "kill ID", "delete ID", "pause ID", "resume ID", "ps ID",
                                "exec ID true", "events --stats ID"})
        row("", command, "container does not exist");
    row("", "delete --force ID");
    row("", "update --pids-limit 5 ID", "container does not exist");
    row("", "--log-format json state ID", "{\"level\":\"error\",\"msg\":\"");
    row("", "state a/b", "invalid container ID format");
    row("", "list --format yaml", "invalid format option");
    row("", "spec", "Remove it first");
    row("", "create --preserve-fds 40 ID", "preserved-fd");
    row("", "create --console-socket /x ID", "cannot use console socket");
    row("created", "create ID", "container with given ID already exists");
    for (const char* state : {"created", "running", "paused", "stopped"})
        row(state, "state ID");
    row("created", "list");
    row("created", "list -q");
    row("created", "exec ID hostname");
    row("created", "start ID");
    row("created", "delete ID");
    row("running", "start ID", "cannot start an already running container");
    row("running", "list");
    row("running", "list --format json");
    row("running", "exec ID hostname");
    row("running", "exec -u 1000:1001 -g 5 ID id");
    row("running", "exec -u 1000 ID id -u");
    row("running", "exec --cwd /etc ID pwd");
    row("running", "exec -e A=1 -e A=2 ID sh -c echo\\ $A");
    row("running", "exec ID sh -c exit\\ 42");
    row("running", "exec ID sh -c kill\\ -9\\ $$");
    row("running", "exec ID nosuch", "executable file not found in $PATH");
    row("running", "exec ID /etc/passwd", "ermission denied");
    row("running", "exec --pid-file /nosuch/pid ID true", "/nosuch");
    row("running", "ps ID");
    row("running", "ps --format json ID");
    row("running", "ps ID -o comm,pid");
    row("running", "delete ID", "that is not stopped: running");
    row("running", "resume ID", "container not paused");
    row("running", "kill ID 0");
    row("running", "kill ID nosuch", "signal");
    row("running", "kill --all ID KILL");
    row("running", "update --pids-limit 5 ID");
    row("running", "delete -f ID");
    row("paused", "pause ID", "container not running");
    row("paused", "list");
    row("paused", "exec ID true", "cannot exec in a paused container (use --ignore-paused to override)");
    row("paused", "delete --force ID");
    row("paused", "resume ID");
    row("stopped", "list");
    row("stopped", "start ID", "cannot start a container that has stopped");
    row("stopped", "exec ID true", "cannot exec in a stopped container");
    row("stopped", "kill ID", "container not running");
    row("stopped", "kill --all ID KILL");
    row("stopped", "pause ID", "container not running");
    row("stopped", "events --stats ID", "is not running");
    row("stopped", "ps --format json ID");
    row("stopped", "delete ID");
}

void TestRuntimeLikeRunc::answersAlike()
{
    QFETCH(QString, state);
    QFETCH(QString, command);
    QFETCH(QByteArray, words);
    QStringList arguments;
    for (const QString& part : command.split(QRegularExpression{QStringLiteral("(?<!\\\\) ")}))
        arguments << (part == QStringLiteral("ID") ? QString::fromLatin1(kId)
                                                   : QString{part}.replace(QStringLiteral("\\ "), QStringLiteral(" ")));
    const Side runc{QStringLiteral("runc")};
    const Side ours{runtimeProgram()};
    for (const Side* side : {&runc, &ours})
        side->bring(state);
    const Outcome wanted = runc.run(arguments);
    const Outcome outcome = ours.run(arguments);
    const QByteArray both = "runc: " + wanted.err + "ours: " + outcome.err;
    QVERIFY2(wanted.status == outcome.status, both + QByteArray::number(outcome.status));
    QCOMPARE(ours.normalized(outcome.out), runc.normalized(wanted.out));
    QVERIFY2(wanted.err.contains(words) && outcome.err.contains(words), both);
    QVERIFY2(!words.isEmpty() || outcome.err.isEmpty(), both);
}

QTEST_GUILESS_MAIN(TestRuntimeLikeRunc)
#include "test_runtime_like_runc.moc"
