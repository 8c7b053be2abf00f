// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/live/live_readers.h"
#include "resources/dbus/live_changes.h"

#include <QSignalSpy>
#include <QTest>

#include <array>
#include <cstring>
#include <sys/socket.h>

using namespace Qt::StringLiterals;
using namespace lamella;
using namespace lamella::helper;

namespace {

/// What waits in a stream: how many messages, and how many of them say that more has happened.
struct Heard {
    int messages = 0;
    int rescans = 0;
};

Heard hear(BorrowedFd stream)
{
    Heard heard;
    std::array<char, dbus::kLiveMessage> buffer{};
    while (::recv(stream.get(), buffer.data(), buffer.size(), MSG_DONTWAIT) > 0) {
        dbus::LiveHeader header{};
        std::memcpy(&header, buffer.data(), sizeof header);
        ++heard.messages;
        heard.rescans += static_cast<int>(header.rescan);
    }
    return heard;
}

} // namespace

/// The streams of those who watch one container, without a container.
class LiveReadersTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    // Also where nothing happens any more after what he has missed.
    void whoIsTooSlowIsToldAsSoonAsHeReads()
    {
        Quota quota{16, "streams"};
        LiveReaders readers;
        const UniqueFd stream = readers.add(u":1.1"_s, quota.take(0).value()).value();
        layer::LiveChanges many;
        many.changes.assign(100, {.path = "/" + std::string(200, 'x'), .kinds = 1});
        for (int i = 0; i < 1000; ++i)
            readers.send(many);
        QCoreApplication::processEvents();
        const Heard first = hear(stream.borrow());
        QVERIFY(first.messages > 0 && first.messages < 1000);
        QCOMPARE(first.rescans, 0);
        Heard later;
        QVERIFY(QTest::qWaitFor([&] { return (later = hear(stream.borrow())).messages > 0; }));
        QCOMPARE(later.messages, 1);
        QCOMPARE(later.rescans, 1);
        // Once, and what comes then is told as ever.
        QTest::qWait(100);
        QCOMPARE(hear(stream.borrow()).messages, 0);
        readers.send({.changes = {{.path = "/f", .kinds = 1}}});
        const Heard last = hear(stream.borrow());
        QCOMPARE(last.messages, 1);
        QCOMPARE(last.rescans, 0);
    }

    // What he asked for is there until then: otherwise he could ask for more and more.
    void theLastOneKeepsHisPlaceUntilItEnds()
    {
        Quota quota{2, "streams"};
        auto readers = std::make_unique<LiveReaders>();
        const QSignalSpy emptied(readers.get(), &LiveReaders::emptied);
        UniqueFd one = readers->add(u":1.1"_s, quota.take(7).value()).value();
        UniqueFd two = readers->add(u":1.2"_s, quota.take(7).value()).value();
        QVERIFY(!quota.take(7));
        one.reset();
        QVERIFY(QTest::qWaitFor([&] { return quota.take(7).has_value(); }));
        two.reset();
        QVERIFY(QTest::qWaitFor([&] { return emptied.size() == 1; }));
        const auto other = quota.take(7);
        QVERIFY(other.has_value());
        QVERIFY(!quota.take(7));
        readers.reset();
        QVERIFY(quota.take(7).has_value());
    }
};

QTEST_GUILESS_MAIN(LiveReadersTest)
#include "tst_live_readers.moc"
