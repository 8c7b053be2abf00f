// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/socket.h"
#include "engine/shim/exit_record.h"
#include "engine/shim/options.h"
#include "engine/shim/protocol.h"
#include "engine/shim/requests.h"

#include <QTest>

#include <fcntl.h>

using namespace lamella;
using namespace lamella::shim;
using nlohmann::json;

class TestShimProtocol : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void carriesMessagesAndDescriptors()
    {
        auto ends = os::makeSocketPair(SOCK_SEQPACKET | SOCK_NONBLOCK);
        auto pipe = os::makePipe();
        QCOMPARE(receive(ends->second.borrow()).error().errnum, EAGAIN);
        QVERIFY(send(ends->first.borrow(), {{"a", 1}}, {pipe->write.borrow()}));
        QVERIFY(send(ends->first.borrow(), {{"b", "\xff"}}));
        auto first = receive(ends->second.borrow());
        QCOMPARE((*first)->body, (json{{"a", 1}}));
        QCOMPARE((*first)->descriptors.size(), 1u);
        QVERIFY((::fcntl((*first)->descriptors[0].get(), F_GETFD) & FD_CLOEXEC) != 0);
        QCOMPARE(::write((*first)->descriptors[0].get(), "x", 1), 1);
        QVERIFY((*receive(ends->second.borrow()))->body.contains("b"));
        ends->first.reset();
        QVERIFY(!receive(ends->second.borrow())->has_value());
    }

    void boundsMessages()
    {
        auto ends = os::makeSocketPair(SOCK_SEQPACKET | SOCK_NONBLOCK);
        QCOMPARE(send(ends->first.borrow(), std::string(kMaxMessage, 'x')).error().kind, ErrorKind::LimitExceeded);
        auto pipe = os::makePipe();
        QCOMPARE(send(ends->first.borrow(), json::object(), std::vector(kMaxDescriptors + 1, pipe->read.borrow()))
                     .error()
                     .kind,
                 ErrorKind::LimitExceeded);
        for (const char* text : {"[1]", "{", "null"}) {
            QVERIFY(os::sendDatagram(ends->first.borrow(), text));
            QCOMPARE(receive(ends->second.borrow()).error().kind, ErrorKind::InvalidArgument);
        }
    }

    void parsesRequests_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("index"); // in Request; -1: refused
        const auto row = [](const char* text, int index) { QTest::newRow(text) << QByteArray{text} << index; };
        row(R"({"serial":1,"request":"state"})", 0);
        row(R"({"serial":1,"request":"kill","signal":15,"all":true})", 1);
        row(R"({"serial":1,"request":"kill","signal":64})", 1);
        row(R"({"serial":1,"request":"pause"})", 2);
        row(R"({"serial":1,"request":"resume"})", 3);
        row(R"({"serial":1,"request":"exec","process":{"cwd":"/","args":["id"],"user":{"uid":0,"gid":0}}})", 4);
        row(R"({"serial":1,"request":"attach"})", 5);
        row(R"({"serial":1,"request":"resize","rows":1,"columns":65535})", 6);
        row(R"({"serial":1,"request":"hangup","exec":3})", 7);
        row(R"({"request":"state"})", -1);
        row(R"({"serial":0,"request":"state"})", -1);
        row(R"({"serial":-1,"request":"state"})", -1);
        row(R"({"serial":"1","request":"state"})", -1);
        row(R"({"serial":1})", -1);
        row(R"({"serial":1,"request":["state"]})", -1);
        row(R"({"serial":1,"request":"State"})", -1);
        row(R"({"serial":1,"request":"state","more":1})", -1);
        row(R"({"serial":1,"request":"kill"})", -1);
        row(R"({"serial":1,"request":"kill","signal":65})", -1);
        row(R"({"serial":1,"request":"kill","signal":-9})", -1);
        row(R"({"serial":1,"request":"kill","signal":9.0})", -1);
        row(R"({"serial":1,"request":"kill","signal":9,"all":"yes"})", -1);
        row(R"({"serial":1,"request":"resize","rows":0,"columns":80})", -1);
        row(R"({"serial":1,"request":"resize","rows":65536,"columns":80})", -1);
        row(R"({"serial":1,"request":"exec"})", -1);
        row(R"({"serial":1,"request":"exec","process":"id"})", -1);
        row(R"({"serial":1,"request":"hangup","exec":0})", -1);
    }
    void parsesRequests()
    {
        QFETCH(const QByteArray, text);
        QFETCH(const int, index);
        const auto request = parseRequest(json::parse(text.toStdString()));
        QCOMPARE(request.has_value() ? static_cast<int>(request->index()) : -1, index);
        if (!request)
            QCOMPARE(request.error().kind, ErrorKind::InvalidArgument);
    }

    void keepsExitRecords()
    {
        const ExitRecord record{137, 9, true, std::chrono::microseconds{1'699'999'999'999'999},
                                std::chrono::microseconds{1'700'000'000'000'000}};
        QCOMPARE(exitRecordFromJson(toJson(record)).value(), record);
        QCOMPARE(exitRecordOf(0x0500).status, 5); // wait(2): what exit(5) gives
        QCOMPARE(exitRecordOf(9).status, 137);
        QCOMPARE(exitRecordOf(9).signal, 9);
        for (const char* damaged :
             {"{}", "[]", R"({"status":256,"signal":0,"oom":false,"started_usec":1,"finished_usec":1})",
              R"({"status":1,"signal":0,"oom":0,"started_usec":1,"finished_usec":1})",
              R"({"status":1,"signal":0,"oom":false,"started_usec":1})",
              R"({"status":1,"signal":0,"oom":false,"finished_usec":1})"})
            QVERIFY2(!exitRecordFromJson(json::parse(damaged)), damaged);
    }

    void readsOptions_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<bool>("good");
        const QStringList all{QStringLiteral("--id"),  QStringLiteral("a1"),    QStringLiteral("--bundle"),
                              QStringLiteral("/b"),    QStringLiteral("--run"), QStringLiteral("/r"),
                              QStringLiteral("--log"), QStringLiteral("/l"),    QStringLiteral("--exit"),
                              QStringLiteral("/e")};
        const auto with = [&](qsizetype at, const char* value) {
            QStringList changed = all;
            changed[at] = QLatin1String{value};
            return changed;
        };
        QTest::newRow("all") << all << true;
        QTest::newRow("level") << all + QStringList{QStringLiteral("--log-level"), QStringLiteral("debug")} << true;
        QTest::newRow("none") << QStringList{} << false;
        QTest::newRow("without exit") << all.first(8) << false;
        QTest::newRow("without value") << all.first(9) << false;
        QTest::newRow("id is a path") << with(1, "../x") << false;
        QTest::newRow("relative") << with(5, "r") << false;
        QTest::newRow("unknown") << with(0, "--name") << false;
    }
    void readsOptions()
    {
        QFETCH(const QStringList, arguments);
        QFETCH(const bool, good);
        std::vector<std::string> texts;
        for (const QString& argument : arguments)
            texts.push_back(argument.toStdString());
        std::vector<char*> pointers;
        for (std::string& text : texts)
            pointers.push_back(text.data());
        QCOMPARE(parseOptions(pointers).has_value(), good);
    }
};

QTEST_GUILESS_MAIN(TestShimProtocol)
#include "test_shim_protocol.moc"
