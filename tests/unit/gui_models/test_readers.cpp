// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/changes_reader.h"
#include "gui/client/live_stream.h"
#include "gui/client/stats_reader.h"

#include <QTemporaryFile>
#include <QTest>

#include <cstring>
#include <fcntl.h>
#include <memory>

using namespace lamella;
using namespace lamella::client;

namespace {

Descriptor fileOf(const QByteArray& content)
{
    QTemporaryFile file;
    if (!file.open() || file.write(content) != content.size() || !file.flush())
        return {};
    return Descriptor(::fcntl(file.handle(), F_DUPFD_CLOEXEC, 3));
}

/// A ring into which `written` samples were written, one a second, each with half a CPU.
QByteArray ring(quint64 written)
{
    auto image = std::make_unique<dbus::StatsRing>();
    std::memset(static_cast<void*>(image.get()), 0, sizeof(dbus::StatsRing));
    image->magic = dbus::kStatsMagic;
    image->capacity = dbus::kStatsCapacity;
    image->written = written;
    for (quint64 i = 0; i < written; ++i) {
        dbus::StatsSample& sample = image->samples[i % dbus::kStatsCapacity];
        sample.timeUsec = (i + 1) * 1'000'000;
        sample.cpuUsec = (i + 1) * 500'000;
    }
    return {reinterpret_cast<const char*>(image.get()), sizeof(dbus::StatsRing)};
}

template <class Struct>
QByteArray bytesOf(const Struct& value)
{
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

/// A message of Container.WatchChanges with one record.
QByteArray told(dbus::LiveHeader header, dbus::LiveRecord record, const QByteArray& texts)
{
    return bytesOf(header) + bytesOf(record) + texts;
}

constexpr dbus::LiveHeader kHeader{dbus::kLiveMagic, 0};
constexpr dbus::LiveRecord kRecord{48, dbus::kLiveRenamed, 7, 4711, 42, 4, 4, 2, 0};
const QByteArray kTexts("/new/a\377bsh\0\0\0\0\0\0", 16);

} // namespace

/// What comes over descriptors is read with bounds, whatever is in it.
class TestReaders : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsTheRing_data();
    void readsTheRing();
    void refusesOtherFiles_data();
    void refusesOtherFiles();
    void survivesAShrinkingFile();
    void survivesWildCounts();
    void readsChanges();
    void refusesOtherChanges_data();
    void refusesOtherChanges();
    void readsWhatIsTold();
    void refusesOtherMessages_data();
    void refusesOtherMessages();
};

void TestReaders::readsTheRing_data()
{
    QTest::addColumn<quint64>("written");
    QTest::addColumn<quint64>("wanted");
    QTest::addColumn<quint64>("got");
    QTest::newRow("nothing yet") << 0ULL << 60ULL << 0ULL;
    QTest::newRow("a few") << 5ULL << 60ULL << 5ULL;
    QTest::newRow("more than wanted") << 500ULL << 60ULL << 60ULL;
    QTest::newRow("around the end") << 1210ULL << 60ULL << 60ULL;
    // The oldest slot is the one that is written next.
    QTest::newRow("all of it") << 5000ULL << 1200ULL << 1199ULL;
}

void TestReaders::readsTheRing()
{
    QFETCH(quint64, written);
    QFETCH(quint64, wanted);
    QFETCH(quint64, got);
    const auto reader = StatsReader::open(fileOf(ring(written)));
    QVERIFY(reader.has_value());
    const auto samples = reader->newest(wanted);
    QVERIFY(samples.has_value());
    QCOMPARE(static_cast<quint64>(samples->size()), got);
    for (std::size_t i = 0; i < samples->size(); ++i)
        QCOMPARE((*samples)[i].timeUsec, (written - got + i + 1) * 1'000'000);
    if (samples->size() > 1)
        QCOMPARE(client::cpuPercent((*samples)[0], (*samples)[1]), 50.0);
}

void TestReaders::refusesOtherFiles_data()
{
    QTest::addColumn<QByteArray>("content");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("too short") << ring(1).first(1000);
    QTest::newRow("another magic") << "XXXX" + ring(1).sliced(4);
    QByteArray capacity = ring(1);
    capacity[4] = 1;
    QTest::newRow("another capacity") << capacity;
}

void TestReaders::refusesOtherFiles()
{
    QFETCH(QByteArray, content);
    QVERIFY(!StatsReader::open(fileOf(content)).has_value());
}

void TestReaders::survivesAShrinkingFile()
{
    QTemporaryFile file;
    QVERIFY(file.open());
    file.write(ring(100));
    QVERIFY(file.flush());
    const auto reader = StatsReader::open(Descriptor(::fcntl(file.handle(), F_DUPFD_CLOEXEC, 3)));
    QVERIFY(reader.has_value());
    QVERIFY(file.resize(128));
    const auto samples = reader->newest(60);
    QVERIFY(!samples.has_value());
    QCOMPARE(samples.error().kind, ErrorKind::Malformed);
}

void TestReaders::survivesWildCounts()
{
    QByteArray wild = ring(3);
    const quint64 written = ~0ULL;
    std::memcpy(wild.data() + offsetof(dbus::StatsRing, written), &written, sizeof written);
    const auto reader = StatsReader::open(fileOf(wild));
    QVERIFY(reader.has_value());
    const auto samples = reader->newest(dbus::kStatsCapacity);
    QVERIFY(samples.has_value());
    QVERIFY(samples->size() <= dbus::kStatsCapacity);
}

void TestReaders::readsChanges()
{
    const auto set
        = readChangeSet(fileOf(R"({"path":"/etc/motd","change":"M","type":"file","bytes":120,"layer":"sha256:aa"}
{"path":"/srv","change":"A","type":"directory","bytes":4096}
{"path":"/gone","change":"D","type":"file","bytes":0,"layer":"sha256:aa"}
{"path":"/mode","change":"m","type":"file","bytes":7,"layer":"sha256:aa"}
)"));
    QVERIFY(set.has_value());
    QCOMPARE(set->entries.size(), std::size_t(4));
    QCOMPARE(set->entries[0],
             (ChangeEntry{QStringLiteral("/etc/motd"), ChangeKind::Modified, FileType::File, 120,
                          QStringLiteral("sha256:aa")}));
    QCOMPARE(set->entries[1].type, FileType::Directory);
    QVERIFY(set->entries[1].layer.isEmpty());
    QCOMPARE(set->entries[2].kind, ChangeKind::Deleted);
    QCOMPARE(set->entries[3].kind, ChangeKind::Attributes);
    QVERIFY(!set->truncated);
}

void TestReaders::refusesOtherChanges_data()
{
    QTest::addColumn<QByteArray>("lines");
    QTest::newRow("no JSON") << QByteArray("hello\n");
    QTest::newRow("an array") << QByteArray("[1,2]\n");
    QTest::newRow("unknown change") << QByteArray(R"({"path":"/x","change":"Q","type":"file","bytes":1})");
    QTest::newRow("unknown type") << QByteArray(R"({"path":"/x","change":"A","type":"door","bytes":1})");
    QTest::newRow("relative path") << QByteArray(R"({"path":"x","change":"A","type":"file","bytes":1})");
    QTest::newRow("cut short") << QByteArray(R"({"path":"/x","change":"A","ty)");
}

void TestReaders::refusesOtherChanges()
{
    QFETCH(QByteArray, lines);
    const auto set = parseChangeSet(lines);
    QVERIFY(!set.has_value());
    QCOMPARE(set.error().kind, ErrorKind::Malformed);
}

void TestReaders::readsWhatIsTold()
{
    const auto message = parseLiveMessage(told(kHeader, kRecord, kTexts) + bytesOf(kRecord) + kTexts);
    QVERIFY(message.has_value());
    QVERIFY(!message->isIncomplete);
    QCOMPARE(message->changes.size(), std::size_t(2));
    QCOMPARE(message->changes[1],
             (LiveChange{QStringLiteral("/new"), QStringLiteral("/a\uFFFDb"), dbus::kLiveRenamed,
                         Writer{QStringLiteral("sh"), 42, 4711, false}, 7}));
    const auto rescan = parseLiveMessage(bytesOf(dbus::LiveHeader{dbus::kLiveMagic, 1}));
    QVERIFY(rescan.has_value() && rescan->isIncomplete && rescan->changes.empty());
}

void TestReaders::refusesOtherMessages_data()
{
    QTest::addColumn<QByteArray>("message");
    const auto other = [](auto change) {
        dbus::LiveRecord record = kRecord;
        change(record);
        return told(kHeader, record, kTexts);
    };
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("half a header") << bytesOf(kHeader).first(7);
    QTest::newRow("another magic") << told({1, 0}, kRecord, kTexts);
    QTest::newRow("half a record") << told(kHeader, kRecord, kTexts).first(30);
    QTest::newRow("cut short") << told(kHeader, kRecord, kTexts).chopped(1);
    QTest::newRow("no size") << other([](auto& record) { record.size = 0; });
    QTest::newRow("too large") << other([](auto& record) { record.size = ~0u; });
    QTest::newRow("long path") << other([](auto& record) { record.pathLength = 65535; });
    QTest::newRow("long name") << other([](auto& record) { record.nameLength = 9; });
    QTest::newRow("relative path") << told(kHeader, kRecord, QByteArray(16, 'x'));
    QTest::newRow("rest") << told(kHeader, kRecord, kTexts) + "x";
}

void TestReaders::refusesOtherMessages()
{
    QFETCH(QByteArray, message);
    const auto parsed = parseLiveMessage(message);
    QVERIFY(!parsed.has_value());
    QCOMPARE(parsed.error().kind, ErrorKind::Malformed);
}

QTEST_GUILESS_MAIN(TestReaders)
#include "test_readers.moc"
