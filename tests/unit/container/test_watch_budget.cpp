// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/watch_budget.h"

#include <QTest>

using lamella::container::WatchBudget;
using namespace std::chrono_literals;

namespace {

/// A container that makes `rate` events a second, read every ten milliseconds while it is watched.
struct Watched {
    explicit Watched(int rate)
        : perStep(rate / 100)
    {
    }

    void go(std::chrono::milliseconds time)
    {
        for (const auto end = now + time; now < end; now += 10ms) {
            if (isPaused && now < budget.refilled())
                continue;
            isPaused = false;
            seen += perStep;
            budget.spend(perStep, 0ns);
            isPaused = budget.isSpent(now);
            pauses += isPaused ? 1 : 0;
        }
    }

    int perStep;
    WatchBudget::Clock::time_point now;
    WatchBudget budget{now};
    bool isPaused = false;
    int seen = 0;
    int pauses = 0;
};

} // namespace

class TestWatchBudget : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whoMakesLittleIsSeenWhole()
    {
        Watched quiet(2000);
        quiet.go(60s);
        QCOMPARE(quiet.pauses, 0);
        QCOMPARE(quiet.seen, 120'000);
    }

    void aShortBurstIsSeenWhole()
    {
        Watched burst(20'000);
        burst.go(100ms);
        QCOMPARE(burst.pauses, 0);
        Watched later(20'000);
        later.now += 1h; // more than the most is not saved up
        later.go(1s);
        QVERIFY(later.pauses > 0);
    }

    // Whatever it makes, what it pays for stays below 3 % of the time.
    void whoMakesMuchIsSeenForAPart()
    {
        for (const int rate : {20'000, 100'000, 1'000'000}) {
            Watched flood(rate);
            flood.go(30s);
            QVERIFY(flood.pauses > 0);
            QVERIFY(flood.seen > 0);
            const auto paid = flood.seen * 3us;
            QVERIFY2(paid * 100 < 30s * 3, qPrintable(QString::number(paid / 1us)));
        }
    }

    void workCountsToo()
    {
        const auto start = WatchBudget::Clock::time_point{};
        WatchBudget budget{start};
        QVERIFY(!budget.isSpent(start));
        budget.spend(1, 1s);
        QVERIFY(budget.isSpent(start));
        const auto refilled = budget.refilled();
        QVERIFY(refilled > start + 3s);
        QVERIFY(budget.isSpent(start + 3s));
        QVERIFY(!budget.isSpent(refilled));
    }

    // A clock that stands still earns nothing.
    void theSameMomentEarnsNothing()
    {
        const auto start = WatchBudget::Clock::time_point{};
        WatchBudget budget{start};
        budget.spend(100'000, 0ns);
        for (int i = 0; i < 1000; ++i)
            QVERIFY(budget.isSpent(start));
    }
};

QTEST_GUILESS_MAIN(TestWatchBudget)
#include "test_watch_budget.moc"
