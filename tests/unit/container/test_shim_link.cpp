// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/shim_link.h"
#include "engine/os/process.h"
#include "engine/os/socket.h"

#include <QTest>

using namespace lamella;
using namespace lamella::container;

/// The helper's end of the conversation with a shim that the test plays.
class TestShimLink : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatIsAnsweredTooLateIsHandedOver()
    {
        auto sockets = os::makeSocketPair().value();
        std::vector<nlohmann::json> late;
        ShimLink link({::getpid(), os::openPidfd(::getpid()).value(), std::move(sockets.first)}, {},
                      {.event = {},
                       .reconnected = {},
                       .late = [&](const shim::Message& answer) { late.push_back(answer.body); },
                       .ended = {}});
        std::optional<Result<shim::Message>> answer;
        link.request({{"request", "exec"}}, std::chrono::milliseconds{10},
                     [&](Result<shim::Message> result) { answer = std::move(result); });
        const auto asked = shim::receive(sockets.second.borrow()).value();
        QVERIFY(asked);
        QTRY_VERIFY(answer.has_value());
        QVERIFY(!*answer);
        QVERIFY(late.empty());
        const auto serial = asked->body["serial"];
        QVERIFY(shim::send(sockets.second.borrow(), {{"serial", serial}, {"ok", {{"exec", 5}}}}));
        QTRY_COMPARE(late.size(), 1u);
        QCOMPARE(late.front()["exec"], 5);
        // One that did nothing needs no undoing.
        QVERIFY(
            shim::send(sockets.second.borrow(), {{"serial", serial}, {"error", {{"kind", "Busy"}, {"message", ""}}}}));
        QVERIFY(shim::send(sockets.second.borrow(), {{"serial", serial}, {"ok", {{"exec", 6}}}}));
        QTRY_COMPARE(late.size(), 2u);
        QCOMPARE(late.back()["exec"], 6);
    }
};

QTEST_GUILESS_MAIN(TestShimLink)
#include "test_shim_link.moc"
