// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/write_behind.h"

#include <QTest>

#include <cstring>
#include <thread>

using namespace lamella;
using namespace lamella::layer;

namespace {

/// Keeps what it gets, slowly, and takes no more than so much.
class Taker final : public ByteSink {
public:
    explicit Taker(std::size_t most)
        : m_most(most)
    {
    }
    Result<void> write(std::span<const std::byte> bytes) override
    {
        thread = std::this_thread::get_id();
        if (text.size() + bytes.size() > m_most)
            return failure(ErrorKind::NoSpace, "it is full");
        text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
        return {};
    }

    std::string text;
    std::thread::id thread;

private:
    std::size_t m_most;
};

// Pieces of every size, of which no two are alike.
std::vector<std::string> pieces(std::size_t count)
{
    std::vector<std::string> all;
    for (std::size_t i = 0; i < count; ++i)
        all.push_back(std::string(i * 7919 % 700'000, static_cast<char>('a' + i % 26)));
    return all;
}

Result<void> put(WriteBehind& behind, const std::vector<std::string>& all)
{
    for (const auto& piece : all)
        TRY(behind.write(std::as_bytes(std::span{piece})));
    return {};
}

} // namespace

class WriteBehindTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everythingComesInItsOrder_data();
    void everythingComesInItsOrder();
    void whatTheSinkSaysIsPassedOn();
    void aLastErrorIsNotMissed();
    void whoGivesUpNeedNotFinish();
};

void WriteBehindTest::everythingComesInItsOrder_data()
{
    QTest::addColumn<int>("count");
    for (const int count : {0, 1, 2, 60})
        QTest::addRow("%d", count) << count;
}

void WriteBehindTest::everythingComesInItsOrder()
{
    QFETCH(int, count);
    const auto all = pieces(static_cast<std::size_t>(count));
    std::string expected;
    for (const auto& piece : all)
        expected += piece;
    Taker taker{SIZE_MAX};
    WriteBehind behind{taker};
    QVERIFY(behind.start());
    QVERIFY(put(behind, all));
    QVERIFY(behind.finish());
    QVERIFY(taker.text == expected);
    QVERIFY(taker.thread != std::this_thread::get_id());
}

void WriteBehindTest::whatTheSinkSaysIsPassedOn()
{
    Taker taker{1u << 20};
    WriteBehind behind{taker};
    QVERIFY(behind.start());
    const auto written = put(behind, pieces(60));
    QVERIFY(!written);
    QCOMPARE(written.error().kind, ErrorKind::NoSpace);
    QCOMPARE(behind.finish().error().kind, ErrorKind::NoSpace); // and stays
}

void WriteBehindTest::aLastErrorIsNotMissed()
{
    Taker taker{10};
    WriteBehind behind{taker};
    QVERIFY(behind.start());
    QVERIFY(put(behind, {std::string(11, 'x')}));
    QCOMPARE(behind.finish().error().kind, ErrorKind::NoSpace);
}

void WriteBehindTest::whoGivesUpNeedNotFinish()
{
    Taker taker{SIZE_MAX};
    {
        WriteBehind behind{taker};
        QVERIFY(behind.start());
        QVERIFY(put(behind, pieces(20)));
    }
    {
        const WriteBehind never{taker};
    }
}

QTEST_GUILESS_MAIN(WriteBehindTest)
#include "tst_write_behind.moc"
