// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/stats/sampler.h"
#include "resources/dbus/stats_ring.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

using namespace lamella;

namespace {

// The file as the window maps it.
class Reader {
public:
    explicit Reader(const stats::Ring& ring)
    {
        m_fd = ring.openReadOnly().value();
        m_map = ::mmap(nullptr, sizeof(dbus::StatsRing), PROT_READ, MAP_SHARED, m_fd.get(), 0);
    }
    ~Reader() { ::munmap(m_map, sizeof(dbus::StatsRing)); }
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    const dbus::StatsRing* operator->() const { return static_cast<const dbus::StatsRing*>(m_map); }
    int fd() const { return m_fd.get(); }

private:
    UniqueFd m_fd;
    void* m_map = nullptr;
};

dbus::StatsSample sampleWith(std::uint64_t number)
{
    dbus::StatsSample sample = {};
    sample.timeUsec = number;
    sample.reserved = 0;
    sample.pids = number * 3;
    return sample;
}

} // namespace

class TestStatsRing : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void startsEmpty();
    void showsWhatIsWritten();
    void keepsTheNewestWhenFull();
    void survivesItsWriter();
    void beginsAnewOnAnotherForm_data();
    void beginsAnewOnAnotherForm();
    void readersCannotWrite();
    void refusesForeignFiles_data();
    void refusesForeignFiles();
    void canBeMoved();

private:
    std::filesystem::path file() const { return m_file; }
    std::unique_ptr<QTemporaryDir> m_directory;
    std::filesystem::path m_file;
};

void TestStatsRing::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    m_file = m_directory->path().toStdString() + "/ring";
}

void TestStatsRing::startsEmpty()
{
    const auto ring = stats::Ring::open(m_file);
    QVERIFY(ring.has_value());
    const Reader reader{*ring};
    QCOMPARE(reader->magic, dbus::kStatsMagic);
    QCOMPARE(reader->capacity, dbus::kStatsCapacity);
    QCOMPARE(reader->written.load(), 0u);
    struct stat info = {};
    QCOMPARE(::stat(m_file.c_str(), &info), 0);
    QCOMPARE(info.st_mode & 07777, 0600u);
    QCOMPARE(std::size_t(info.st_size), sizeof(dbus::StatsRing));
}

void TestStatsRing::showsWhatIsWritten()
{
    auto ring = stats::Ring::open(m_file).value();
    const Reader reader{ring};
    ring.append(sampleWith(5));
    ring.append(sampleWith(6));
    QCOMPARE(reader->written.load(), 2u);
    QCOMPARE(reader->samples[0].timeUsec, 5u);
    QCOMPARE(reader->samples[1].pids, 18u);
}

void TestStatsRing::keepsTheNewestWhenFull()
{
    auto ring = stats::Ring::open(m_file).value();
    const std::uint64_t total = dbus::kStatsCapacity * 2 + 7;
    for (std::uint64_t i = 0; i < total; ++i)
        ring.append(sampleWith(i));
    const Reader reader{ring};
    QCOMPARE(reader->written.load(), total);
    for (std::uint64_t i = total - dbus::kStatsCapacity; i < total; ++i)
        QCOMPARE(reader->samples[i % dbus::kStatsCapacity].timeUsec, i);
}

void TestStatsRing::survivesItsWriter()
{
    {
        auto ring = stats::Ring::open(m_file).value();
        ring.append(sampleWith(1));
    }
    auto again = stats::Ring::open(m_file).value();
    again.append(sampleWith(2));
    const Reader reader{again};
    QCOMPARE(reader->written.load(), 2u);
    QCOMPARE(reader->samples[0].timeUsec, 1u);
    QCOMPARE(reader->samples[1].timeUsec, 2u);
}

void TestStatsRing::beginsAnewOnAnotherForm_data()
{
    QTest::addColumn<int>("size");
    QTest::newRow("empty") << 0;
    QTest::newRow("short") << 100;
    QTest::newRow("right size, no magic") << int(sizeof(dbus::StatsRing));
    QTest::newRow("long") << int(sizeof(dbus::StatsRing)) + 1;
}

void TestStatsRing::beginsAnewOnAnotherForm()
{
    QFETCH(int, size);
    QFile old(m_file);
    QVERIFY(old.open(QIODevice::WriteOnly));
    old.write(QByteArray(size, 'x'));
    old.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    old.close();
    auto ring = stats::Ring::open(m_file);
    QVERIFY(ring.has_value());
    ring->append(sampleWith(9));
    const Reader reader{*ring};
    QCOMPARE(reader->magic, dbus::kStatsMagic);
    QCOMPARE(reader->written.load(), 1u);
    QCOMPARE(reader->samples[0].timeUsec, 9u);
}

void TestStatsRing::readersCannotWrite()
{
    const auto ring = stats::Ring::open(m_file).value();
    const Reader reader{ring};
    QCOMPARE(::write(reader.fd(), "x", 1), -1);
    QCOMPARE(::ftruncate(reader.fd(), 0), -1);
    QCOMPARE(::mmap(nullptr, 4096, PROT_WRITE, MAP_SHARED, reader.fd(), 0), MAP_FAILED);
}

void TestStatsRing::refusesForeignFiles_data()
{
    QTest::addColumn<QString>("kind");
    for (const char* kind : {"link", "directory", "fifo", "readable by others", "no such directory"})
        QTest::newRow(kind) << QString::fromLatin1(kind);
}

void TestStatsRing::refusesForeignFiles()
{
    QFETCH(QString, kind);
    const std::string target = m_directory->path().toStdString() + "/target";
    if (kind == u"link") {
        QVERIFY(QFile(QString::fromStdString(target)).open(QIODevice::WriteOnly));
        QCOMPARE(::symlink(target.c_str(), m_file.c_str()), 0);
    } else if (kind == u"directory") {
        QCOMPARE(::mkdir(m_file.c_str(), 0700), 0);
    } else if (kind == u"fifo") {
        QCOMPARE(::mkfifo(m_file.c_str(), 0600), 0);
    } else if (kind == u"readable by others") {
        QCOMPARE(::close(::open(m_file.c_str(), O_CREAT | O_WRONLY, 0644)), 0);
        QCOMPARE(::chmod(m_file.c_str(), 0644), 0);
    } else {
        m_file = m_directory->path().toStdString() + "/none/ring";
    }
    const auto ring = stats::Ring::open(m_file);
    QVERIFY(!ring);
    QVERIFY(!ring.error().message.empty());
    if (kind == u"link")
        QCOMPARE(QFile(QString::fromStdString(target)).size(), 0);
}

void TestStatsRing::canBeMoved()
{
    auto first = stats::Ring::open(m_file).value();
    stats::Ring second = std::move(first);
    second.append(sampleWith(4));
    auto third = stats::Ring::open(m_directory->path().toStdString() + "/other").value();
    third = std::move(second);
    third.append(sampleWith(5));
    const Reader reader{third};
    QCOMPARE(reader->written.load(), 2u);
}

QTEST_GUILESS_MAIN(TestStatsRing)
#include "tst_stats_ring.moc"
