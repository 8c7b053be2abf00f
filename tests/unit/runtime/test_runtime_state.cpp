// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/hook.h"
#include "engine/runtime/state_document.h"
#include "engine/runtime/state_text.h"

#include <nlohmann/json.hpp>

#include <QTest>

#include <cerrno>
#include <csignal>

using namespace lamella;
using namespace lamella::runtime;
using nlohmann::json;

/// What hooks and listeners are told of a container, and what is told of them.
class TestRuntimeState : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void document();
    void stoppedHasNoPid();
    void badBytesAreReplaced();
    void pidComesLater_data();
    void pidComesLater();
    void twoPids();
    void hookErrors_data();
    void hookErrors();
};

void TestRuntimeState::document()
{
    const json state = stateDocument({"box", "running", 17, "/bundle", {{"a", "b"}}});
    QCOMPARE(state.dump(),
             std::string{R"({"annotations":{"a":"b"},"bundle":"/bundle","id":"box","ociVersion":"1.2.0",)"
                         R"("pid":17,"status":"running"})"});
}

void TestRuntimeState::stoppedHasNoPid()
{
    QVERIFY(!stateDocument({"box", "stopped", 17, "/bundle", {}}).contains("pid"));
    QVERIFY(!stateDocument({"box", "creating", 0, "/bundle", {}}).contains("pid"));
}

void TestRuntimeState::badBytesAreReplaced()
{
    const std::string text = stateText({"box", "created", 1, "/b\xff", {}});
    QVERIFY(json::accept(text));
}

void TestRuntimeState::pidComesLater_data()
{
    QTest::addColumn<int>("pid");
    for (const int pid : {1, 17, 4194304, 2147483647})
        QTest::addRow("%d", pid) << pid;
}

void TestRuntimeState::pidComesLater()
{
    QFETCH(int, pid);
    // Annotations that look like what is replaced.
    StateText text{
        stateText({"box", "created", kPidToCome, "/b", {{"pid", "1000000000"}, {"x", "\"pid\":1000000000"}}})};
    text.setPid(3333333);
    text.setPid(pid);
    const json told = json::parse(text.view());
    QCOMPARE(told["pid"].get<int>(), pid);
    QCOMPARE(told["annotations"]["pid"].get<std::string>(), std::string{"1000000000"});
    QCOMPARE(told["annotations"]["x"].get<std::string>(), std::string{"\"pid\":1000000000"});
}

void TestRuntimeState::twoPids()
{
    json document{{"pid", kPidToCome}, {"state", stateDocument({"box", "created", kPidToCome, "/b", {}})}};
    StateText both{textOf(document)};
    both.setPid(5);
    QCOMPARE(json::parse(both.view())["pid"].get<int>(), 5);
    QCOMPARE(json::parse(both.view())["state"]["pid"].get<int>(), 5);
    document["state"]["pid"] = 9;
    StateText one{textOf(document)};
    one.setPid(5);
    QCOMPARE(json::parse(one.view())["state"]["pid"].get<int>(), 9);
    StateText none;
    none.setPid(5);
    QVERIFY(none.view().empty());
}

void TestRuntimeState::hookErrors_data()
{
    QTest::addColumn<int>("errnum");
    QTest::addColumn<QByteArray>("output");
    QTest::addColumn<QByteArray>("message");
    QTest::newRow("status") << -(3 << 8) << QByteArray{} << QByteArray{"the hook exited with status 3"};
    QTest::newRow("status and words") << -(255 << 8) << QByteArray{"no\nway\n\n"}
                                      << QByteArray{"the hook exited with status 255: no\nway"};
    QTest::newRow("signal") << -SIGKILL << QByteArray{} << QByteArray{"the hook was killed by signal 9"};
    QTest::newRow("time") << ETIMEDOUT << QByteArray{"words"}
                          << QByteArray{"the hook took longer than its timeout and was killed"};
    QTest::newRow("missing") << ENOENT << QByteArray{} << QByteArray{"cannot run the hook: No such file or directory"};
}

void TestRuntimeState::hookErrors()
{
    QFETCH(int, errnum);
    QFETCH(QByteArray, output);
    QFETCH(QByteArray, message);
    QCOMPARE(hookError("the hook", errnum, output.toStdString()).message, message.toStdString());
}

QTEST_GUILESS_MAIN(TestRuntimeState)
#include "test_runtime_state.moc"
