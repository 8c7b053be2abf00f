// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/pending_directories.h"

#include <QTest>

using lamella::container::PendingDirectories;

class TestPendingDirectories : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void givesTheLastFirst()
    {
        PendingDirectories pending;
        QVERIFY(!pending.take());
        for (const char* path : {"", "a", "a/b"})
            QVERIFY(pending.add(path));
        for (const char* path : {"a/b", "a", ""})
            QCOMPARE(pending.take(), std::string(path));
        QVERIFY(!pending.take());
    }

    // However short a name is, it takes the room of a string.
    void isBounded_data()
    {
        QTest::addColumn<std::size_t>("length");
        QTest::newRow("short names") << std::size_t{1};
        QTest::newRow("long paths") << std::size_t{4000};
    }
    void isBounded()
    {
        QFETCH(const std::size_t, length);
        constexpr std::size_t kMost = 1u << 20;
        const std::string path(length, 'x');
        PendingDirectories pending(kMost);
        std::size_t count = 0;
        auto added = pending.add(path);
        for (; added; added = pending.add(path))
            ++count;
        QCOMPARE(added.error().kind, lamella::ErrorKind::LimitExceeded);
        QCOMPARE_LE(count * (length + sizeof path), kMost);
        QCOMPARE_GT((count + 1) * (length + sizeof path), kMost);
        // What is taken makes room.
        QVERIFY(pending.take());
        QVERIFY(pending.add(path));
        QVERIFY(!pending.add(path));
    }
};

QTEST_GUILESS_MAIN(TestPendingDirectories)
#include "test_pending_directories.moc"
