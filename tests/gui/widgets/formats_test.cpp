// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/format/formats.h"
#include "gui/format/state.h"

#include <QLocale>
#include <QTest>

using namespace lamella::format;

class FormatsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLocale::setDefault(QLocale::c()); }

    void bytes_data()
    {
        QTest::addColumn<quint64>("count");
        QTest::addColumn<QString>("text");
        QTest::newRow("nothing") << quint64{0} << QStringLiteral("0 B");
        QTest::newRow("bytes") << quint64{812} << QStringLiteral("812 B");
        QTest::newRow("just below a unit") << quint64{1023} << QStringLiteral("1023 B");
        QTest::newRow("a unit") << quint64{1024} << QStringLiteral("1.0 kB");
        QTest::newRow("one decimal") << quint64{13'002'342} << QStringLiteral("12.4 MB");
        QTest::newRow("no decimal") << quint64{222'298'112} << QStringLiteral("212 MB");
        QTest::newRow("rounds up into the next unit") << quint64{1024 * 1024 - 1} << QStringLiteral("1.0 MB");
        QTest::newRow("the most there is") << ~quint64{0} << QStringLiteral("16.0 EB");
    }
    void bytes()
    {
        QFETCH(quint64, count);
        QTEST(lamella::format::bytes(count), "text");
    }

    void ago_data()
    {
        QTest::addColumn<quint64>("seconds");
        QTest::addColumn<QString>("text");
        constexpr quint64 kDay = 86400;
        QTest::newRow("now") << quint64{4} << QStringLiteral("just now");
        QTest::newRow("seconds") << quint64{59} << QStringLiteral("59 s ago");
        QTest::newRow("minutes") << quint64{3599} << QStringLiteral("59 min ago");
        QTest::newRow("hours") << kDay - 1 << QStringLiteral("23 h ago");
        QTest::newRow("days") << 59 * kDay << QStringLiteral("59 d ago");
        QTest::newRow("months") << 60 * kDay << QStringLiteral("2 month(s) ago");
        QTest::newRow("nearly two years") << 729 * kDay << QStringLiteral("24 month(s) ago");
        QTest::newRow("years") << 1103 * kDay << QStringLiteral("3 year(s) ago");
    }
    void ago()
    {
        QFETCH(quint64, seconds);
        constexpr quint64 kNow = 1'800'000'000;
        QTEST(lamella::format::ago((kNow - seconds) * 1'000'000, kNow * 1'000'000), "text");
    }

    void percent_data()
    {
        QTest::addColumn<double>("ratio");
        QTest::addColumn<QString>("text");
        QTest::newRow("nothing") << 0.0 << QStringLiteral("0.0 %");
        QTest::newRow("a part") << 0.041 << QStringLiteral("4.1 %");
        QTest::newRow("whole") << 1.0 << QStringLiteral("100 %");
        QTest::newRow("more than a CPU") << 1.504 << QStringLiteral("150 %");
        QTest::newRow("never below nothing") << -0.5 << QStringLiteral("0.0 %");
    }
    void percent()
    {
        QFETCH(double, ratio);
        QTEST(lamella::format::percent(ratio), "text");
    }

    void duration_data()
    {
        QTest::addColumn<qint64>("usec");
        QTest::addColumn<QString>("text");
        QTest::newRow("µs") << qint64{340} << QStringLiteral("340 µs");
        QTest::newRow("ms") << qint64{4130} << QStringLiteral("4.13 ms");
        QTest::newRow("s") << qint64{1'210'000} << QStringLiteral("1.2 s");
        QTest::newRow("min") << qint64{200'000'000} << QStringLiteral("3 min 20 s");
        QTest::newRow("h") << qint64{7'500'000'000} << QStringLiteral("2 h 5 min");
        QTest::newRow("d") << qint64{273'600'000'000} << QStringLiteral("3 d 4 h");
    }
    void duration()
    {
        QFETCH(qint64, usec);
        QTEST(lamella::format::duration(std::chrono::microseconds(usec)), "text");
    }

    void exitWords_data()
    {
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("oom");
        QTest::addColumn<QString>("holds");
        QTest::newRow("success") << 0 << false << QStringLiteral("success");
        QTest::newRow("failure") << 3 << false << QStringLiteral("status 3");
        QTest::newRow("no command") << 127 << false << QStringLiteral("not found");
        QTest::newRow("a signal") << 137 << false << QStringLiteral("SIGKILL");
        QTest::newRow("memory") << 137 << true << QStringLiteral("memory");
        QTest::newRow("not yet") << -1 << false << QStringLiteral("not ended");
        QTest::newRow("no such signal") << 255 << false << QStringLiteral("signal 127");
    }
    void exitWords()
    {
        QFETCH(int, status);
        QFETCH(bool, oom);
        QFETCH(QString, holds);
        const QString words = lamella::format::exitWords(status, oom);
        QVERIFY2(words.contains(holds), qPrintable(words));
    }

    void shellCommand_data()
    {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<QString>("text");
        QTest::newRow("plain") << QStringList{QStringLiteral("/bin/ls"), QStringLiteral("-l")}
                               << QStringLiteral("/bin/ls -l");
        QTest::newRow("spaces") << QStringList{QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("echo a b")}
                                << QStringLiteral("sh -c 'echo a b'");
        QTest::newRow("a quote") << QStringList{QStringLiteral("it's")} << QStringLiteral("'it'\\''s'");
        QTest::newRow("an empty word") << QStringList{QStringLiteral("a"), QString()} << QStringLiteral("a ''");
        QTest::newRow("a line end at the end") << QStringList{QStringLiteral("a\n")} << QStringLiteral("'a\n'");
    }
    void shellCommand()
    {
        QFETCH(QStringList, words);
        QTEST(lamella::format::shellCommand(words), "text");
    }

    void shownState_data()
    {
        QTest::addColumn<QString>("state");
        QTest::addColumn<int>("status");
        QTest::addColumn<bool>("oom");
        QTest::addColumn<bool>("startFailed");
        QTest::addColumn<int>("shown");
        const auto row = [](const char* name, const char16_t* state, int status, bool oom, bool failed,
                            ShownState shown) {
            QTest::newRow(name) << QString(QStringView(state)) << status << oom << failed << static_cast<int>(shown);
        };
        row("new", u"created", -1, false, false, ShownState::Created);
        row("would not start", u"created", -1, false, true, ShownState::Failed);
        row("running after a failure", u"running", 1, false, false, ShownState::Running);
        row("paused", u"paused", -1, false, false, ShownState::Paused);
        row("done", u"stopped", 0, false, false, ShownState::Stopped);
        row("stopped by a person", u"stopped", 137, false, false, ShownState::Stopped);
        row("asked to end", u"stopped", 143, false, false, ShownState::Stopped);
        row("crashed", u"stopped", 139, false, false, ShownState::Failed);
        row("failed", u"stopped", 1, false, false, ShownState::Failed);
        row("out of memory", u"stopped", 137, true, false, ShownState::Failed);
    }
    void shownState()
    {
        QFETCH(QString, state);
        QFETCH(int, status);
        QFETCH(bool, oom);
        QFETCH(bool, startFailed);
        QTEST(static_cast<int>(lamella::format::shownState(state, status, oom, startFailed)), "shown");
    }
};

QTEST_GUILESS_MAIN(FormatsTest)
#include "formats_test.moc"
