// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/cpu_weight.h"

#include <QTest>

using namespace lamella::cgroup;

class TestCpuWeight : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void converts_data();
    void converts();
    void everyWeightComesBack();
    void growsWithTheShares();
};

void TestCpuWeight::converts_data()
{
    QTest::addColumn<quint64>("shares");
    QTest::addColumn<quint64>("weight");
    QTest::newRow("least") << quint64(2) << quint64(1);
    QTest::newRow("usual") << quint64(1024) << quint64(100);
    QTest::newRow("most") << quint64(262144) << quint64(10000);
    QTest::newRow("below") << quint64(0) << quint64(1);
    QTest::newRow("above") << (quint64(1) << 40) << quint64(10000);
    // What crun 1.23 writes for them.
    QTest::newRow("half") << quint64(512) << quint64(59);
    QTest::newRow("double") << quint64(2048) << quint64(174);
}

void TestCpuWeight::converts()
{
    QFETCH(quint64, shares);
    QFETCH(quint64, weight);
    QCOMPARE(weightFromShares(shares), weight);
}

void TestCpuWeight::everyWeightComesBack()
{
    for (std::uint64_t weight = 1; weight <= 10'000; ++weight)
        QCOMPARE(weightFromShares(sharesFromWeight(weight)), weight);
    QCOMPARE(sharesFromWeight(1), 2u);
    QCOMPARE(sharesFromWeight(100), 1024u);
    QCOMPARE(sharesFromWeight(10'000), 262'144u);
}

void TestCpuWeight::growsWithTheShares()
{
    for (std::uint64_t shares = 2; shares < 20'000; ++shares)
        QVERIFY(weightFromShares(shares) <= weightFromShares(shares + 1));
}

QTEST_GUILESS_MAIN(TestCpuWeight)
#include "tst_cpu_weight.moc"
