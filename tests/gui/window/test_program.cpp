// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

/// The program as a whole, from its command line: what it says, where, and with which status it leaves.
class TestProgram : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { QVERIFY(m_directory.isValid()); }
    void refusesBadOptions_data();
    void refusesBadOptions();
    void logsFromTheLevelOn_data();
    void logsFromTheLevelOn();
    void logsToAFile();

private:
    struct Run {
        int status = -1;
        QString errors;
    };
    Run lamella(const QStringList& arguments) const;
    QString inside(const QString& name) const { return m_directory.filePath(name); }

    QTemporaryDir m_directory;
};

/// Where there is no bus, so that it has a warning to write.
TestProgram::Run TestProgram::lamella(const QStringList& arguments) const
{
    QProcess program;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"DBUS_SYSTEM_BUS_ADDRESS"_s, u"unix:path="_s + inside(u"no-bus"_s));
    environment.insert(u"XDG_CONFIG_HOME"_s, inside(u"config"_s));
    program.setProcessEnvironment(environment);
    program.start(qEnvironmentVariable("LAMELLA_BIN") + u"/lamella"_s, arguments);
    if (!program.waitForFinished(60'000) || program.exitStatus() != QProcess::NormalExit)
        return {};
    return {program.exitCode(), QString::fromUtf8(program.readAllStandardError())};
}

void TestProgram::refusesBadOptions_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("sentence");
    QTest::newRow("level") << QStringList{u"--log-level"_s, u"loud"_s}
                           << u"“loud” is not a log level; use trace, debug, info, warning, error or off."_s;
    QTest::newRow("Qt's name of a level") << QStringList{u"--log-level"_s, u"critical"_s} << u"“critical” is not"_s;
    QTest::newRow("log file") << QStringList{u"--log-file"_s, inside(u"none/log"_s) + u"/"_s}
                              << u"the log cannot be written to "_s + inside(u"none/log"_s);
    QTest::newRow("size") << QStringList{u"--size"_s, u"big"_s} << u"--size needs two numbers"_s;
    QTest::newRow("scheme") << QStringList{u"--color-scheme"_s, u"pink"_s} << u"--color-scheme is light, dark"_s;
    QTest::newRow("page") << QStringList{u"--page"_s, u"nowhere"_s} << u"there is no page “nowhere”"_s;
    QTest::newRow("no option") << QStringList{u"container"_s} << u"“container” is no option."_s;
}

void TestProgram::refusesBadOptions()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, sentence);
    const Run run = lamella(arguments);
    QCOMPARE(run.status, 2);
    QVERIFY2(run.errors.startsWith(u"lamella: "), qPrintable(run.errors));
    QVERIFY2(run.errors.contains(sentence), qPrintable(run.errors));
    QCOMPARE(run.errors.count(u'\n'), 1);
}

void TestProgram::logsFromTheLevelOn_data()
{
    QTest::addColumn<QStringList>("level");
    QTest::addColumn<bool>("information");
    QTest::addColumn<bool>("warnings");
    const auto level = [](const QString& name) { return QStringList{u"--log-level"_s, name}; };
    QTest::newRow("not said") << QStringList() << false << true;
    QTest::newRow("trace") << level(u"trace"_s) << true << true;
    QTest::newRow("debug") << level(u"debug"_s) << true << true;
    QTest::newRow("info") << level(u"info"_s) << true << true;
    QTest::newRow("warning") << level(u"warning"_s) << false << true;
    QTest::newRow("error") << level(u"error"_s) << false << false;
    QTest::newRow("off") << level(u"off"_s) << false << false;
}

void TestProgram::logsFromTheLevelOn()
{
    QFETCH(QStringList, level);
    QFETCH(bool, information);
    QFETCH(bool, warnings);
    const Run run = lamella(level + QStringList{u"--screenshot"_s, inside(u"picture.png"_s)});
    QCOMPARE(run.status, 0);
    QVERIFY(QFile::exists(inside(u"picture.png"_s)));
    QCOMPARE(run.errors.contains(u"info: Lamella "), information);
    QCOMPARE(run.errors.contains(u"warning: lamella.client: There is no system bus"), warnings);
    QCOMPARE(run.errors.isEmpty(), !warnings);
}

void TestProgram::logsToAFile()
{
    const QString file = inside(u"window.log"_s);
    for (int lines = 1; lines <= 2; ++lines) {
        const Run run = lamella({u"--log-file"_s, file, u"--screenshot"_s, inside(u"picture.png"_s)});
        QCOMPARE(run.status, 0);
        QCOMPARE(run.errors, QString());
        QFile log(file);
        QVERIFY(log.open(QIODevice::ReadOnly));
        QCOMPARE(log.readAll().count("warning: lamella.client: There is no system bus"), lines);
    }
}

QTEST_GUILESS_MAIN(TestProgram)
#include "test_program.moc"
