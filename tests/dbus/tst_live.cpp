// SPDX-License-Identifier: GPL-3.0-or-later
#include "resources/dbus/api.h"
#include "resources/dbus/live_changes.h"
#include "resources/dbus/types.h"
#include "tests/dbus/support/client.h"
#include "tests/dbus/support/contract_members.h"

#include <QDBusPendingCall>
#include <QDeadlineTimer>
#include <QDir>
#include <QFile>
#include <QTest>

#include <array>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace lamella;
using namespace lamella::test;

namespace {

constexpr quint32 C = dbus::kLiveCreated;
constexpr quint32 W = dbus::kLiveWritten;
constexpr quint32 A = dbus::kLiveAttributes;
constexpr quint32 D = dbus::kLiveDeleted;
constexpr quint32 R = dbus::kLiveRenamed;
constexpr quint32 kDirectory = dbus::kLiveDirectory;

struct Record {
    QByteArray path;
    QByteArray from;
    QByteArray writer;
    quint32 kinds = 0;
    quint32 hostPid = 0;
    quint32 containerPid = 0;
    quint64 timeUsec = 0;
};

/// A reader of Container.WatchChanges, as strict as the contract.
class Stream {
public:
    explicit Stream(const QDBusMessage& answer)
        : m_fd(answer.arguments().isEmpty()
                   ? -1
                   : ::dup(answer.arguments().constFirst().value<QDBusUnixFileDescriptor>().fileDescriptor()))
    {
    }
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() { close(); }

    bool isOpen() const { return m_fd >= 0; }
    int fd() const { return m_fd; }
    void close()
    {
        if (m_fd >= 0)
            ::close(m_fd);
        m_fd = -1;
    }

    /// Reads until `enough` is so, the stream ends, or half a minute has passed.
    bool readUntil(const std::function<bool()>& enough)
    {
        const QDeadlineTimer deadline(30000);
        while (!enough()) {
            pollfd ready{m_fd, POLLIN, 0};
            if (deadline.hasExpired() || hasEnded)
                return false;
            if (::poll(&ready, 1, 50) > 0)
                readOne();
            QCoreApplication::processEvents();
        }
        return true;
    }

    /// All that was told of a path, together.
    Record at(const QByteArray& path) const
    {
        Record sum;
        for (Record record : records) {
            if (record.path != path)
                continue;
            record.kinds |= sum.kinds;
            sum = record;
        }
        return sum;
    }

    std::vector<Record> records;
    int rescans = 0;
    bool endsInRescan = false; ///< what was told last is only that there is more
    bool hasEnded = false;
    QString wrong; ///< where it is not as the contract says

private:
    void readOne()
    {
        std::array<char, dbus::kLiveMessage + 1> buffer;
        const ssize_t length = ::recv(m_fd, buffer.data(), buffer.size(), 0);
        if (length <= 0) {
            hasEnded = true;
            return;
        }
        QByteArray rest(buffer.data(), length);
        dbus::LiveHeader header{};
        if (length > qsizetype(dbus::kLiveMessage) || !take(rest, header) || header.magic != dbus::kLiveMagic)
            wrong = u"a header"_s;
        rescans += int(header.rescan);
        endsInRescan = header.rescan != 0 && rest.isEmpty();
        while (wrong.isEmpty() && !rest.isEmpty())
            readRecord(rest);
    }

    void readRecord(QByteArray& rest)
    {
        dbus::LiveRecord raw{};
        QByteArray copy = rest;
        if (!take(copy, raw) || raw.size % 8 != 0 || raw.size > quint32(rest.size())
            || raw.pathLength + raw.fromLength + raw.nameLength > int(raw.size - sizeof raw)) {
            wrong = u"a record"_s;
            return;
        }
        copy = rest.mid(sizeof raw, raw.size - qsizetype(sizeof raw));
        rest = rest.mid(raw.size);
        records.push_back({copy.first(raw.pathLength), copy.mid(raw.pathLength, raw.fromLength),
                           copy.mid(raw.pathLength + raw.fromLength, raw.nameLength), raw.kinds, raw.hostPid,
                           raw.containerPid, raw.timeUsec});
        if (!records.back().path.startsWith('/'))
            wrong = u"a path"_s;
    }

    template <class Struct>
    static bool take(QByteArray& rest, Struct& into)
    {
        if (rest.size() < qsizetype(sizeof into))
            return false;
        std::memcpy(&into, rest.constData(), sizeof into);
        rest = rest.mid(sizeof into);
        return true;
    }

    int m_fd;
};

/// fanotify groups of the helper: one for each container that is watched.
int groups()
{
    int count = 0;
    const QString directory = u"/proc/%1/fd/"_s.arg(helperPid());
    for (const QString& name : QDir(directory).entryList(QDir::Files | QDir::System)) {
        std::array<char, 64> target{};
        if (::readlink(qPrintable(directory + name), target.data(), target.size() - 1) > 0
            && QByteArrayView(target.data()) == "anon_inode:[fanotify]")
            ++count;
    }
    return count;
}

} // namespace

/// Changes of running containers as they happen, through the contract.
class LiveTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        dbus::registerTypes();
        alice = std::make_unique<Client>(4242);
        QVERIFY(!alice->loadStarter().isEmpty());
    }

    void init() { m_container = run(u"trap 'exit 0' TERM; while :; do sleep 0.05; done"_s); }

    void cleanup()
    {
        for (const QString& path : std::as_const(m_made))
            alice->lamella(path, u"Container"_s, u"Remove"_s, {}, {{u"force"_s, true}});
        m_made.clear();
        QVERIFY(QTest::qWaitFor([] { return groups() == 0; }, 10000));
    }

    // A script of known changes: each is told, with the process that made it, and the list says who it was.
    void aScriptOfChanges()
    {
        Stream stream(watch());
        QVERIFY(stream.isOpen());
        does(u"echo new >/new; echo more >>/etc/passwd; chmod 600 /etc/group; mkdir -p /d/e; echo x >/d/e/f; "
             "ln -s / /out; ln /new /hard; mkfifo /fifo; sleep 0.3; chown 5:6 /fifo; mv /d /moved; mv /hard /over; "
             "echo t >/t; "
             "mv /t /new; rm /bin/ls /fifo; mkdir /gone; sleep 0.2; rmdir /gone; echo 1 >/$(printf 'a\\377'); "
             "echo y >/moved/e/g; (echo 1; sleep 0.3) | tee /by-tee; sleep 0.2; echo last >/last"_s);
        QVERIFY(stream.readUntil([&] { return stream.at("/last").kinds == (C | W); }));
        const std::vector<std::tuple<QByteArray, quint32, QByteArray>> expected{{"/new", C | W | R, "mv"},
                                                                                {"/etc/passwd", W, "sh"},
                                                                                {"/etc/group", A, "chmod"},
                                                                                {"/d", C | kDirectory, "mkdir"},
                                                                                {"/d/e/f", C | W, "sh"},
                                                                                {"/out", C, "ln"},
                                                                                {"/fifo", C | A | D, "rm"},
                                                                                {"/hard", C, "ln"},
                                                                                {"/moved", R | kDirectory, "mv"},
                                                                                {"/over", R, "mv"},
                                                                                {"/bin/ls", D, "rm"},
                                                                                {"/gone", C | D | kDirectory, "rmdir"},
                                                                                {"/a\377", C | W, "sh"},
                                                                                {"/moved/e/g", C | W, "sh"},
                                                                                {"/by-tee", C | W, "tee"}};
        for (const auto& [path, kinds, writer] : expected) {
            const Record record = stream.at(path);
            QVERIFY2(record.kinds == kinds, qPrintable(u"%1: %2"_s.arg(QString::fromUtf8(path)).arg(record.kinds)));
            QVERIFY(record.hostPid > 1);
            // The shell lives on. Of what ends at once there may be what it was before, its file, or nothing.
            const bool mayBeGone = writer != "sh" && QByteArrayList{"", "sh", "exe", "busybox"}.contains(record.writer);
            QVERIFY2(record.writer == writer || mayBeGone, qPrintable(QString::fromUtf8(path + ": " + record.writer)));
        }
        QCOMPARE(stream.at("/by-tee").writer, "tee");
        QCOMPARE(stream.at("/moved").from, "/d");
        QCOMPARE(stream.at("/new").from, "/t");
        QCOMPARE(stream.wrong, QString());

        const QJsonObject added = change(u"/moved/e/g"_s);
        QCOMPARE(added.value("writer"_L1).toString().toUtf8(), stream.at("/moved/e/g").writer);
        QCOMPARE(added.value("writer_host_pid"_L1).toInt(), int(stream.at("/moved/e/g").hostPid));
        QCOMPARE(added.value("writer_pid"_L1).toInt(), int(stream.at("/moved/e/g").containerPid));
        QCOMPARE(added.value("written_usec"_L1).toDouble(), double(stream.at("/moved/e/g").timeUsec));
        QCOMPARE(change(u"/moved"_s).value("renamed_from"_L1).toString(), u"/d"_s);
        QCOMPARE(change(u"/moved/e/f"_s).value("writer_host_pid"_L1).toInt(), int(stream.at("/d/e/f").hostPid));
        QVERIFY(change(u"/bin/ls"_s).contains("writer"_L1));
        QVERIFY(change(u"/etc/passwd"_s).contains("writer"_L1));
    }

    void anUndoIsOurs()
    {
        Stream stream(watch());
        does(u"echo more >>/etc/passwd; echo 1 >/new"_s);
        QVERIFY(stream.readUntil([&] { return stream.at("/new").kinds == (C | W); }));
        const auto job = alice
                             ->ask(m_container, u"Container"_s, u"UndoChanges"_s,
                                   {QVariant::fromValue(QByteArrayList{"/new", "/etc/passwd"})})
                             .value<QDBusObjectPath>()
                             .path();
        QCOMPARE(alice->lamella(job, u"Job"_s, u"Wait"_s).errorName(), QString());
        QVERIFY(stream.readUntil([&] { return (stream.at("/new").kinds & dbus::kLiveOurs) != 0; }));
        QVERIFY((stream.at("/new").kinds & (D | R)) != 0);
        QCOMPARE(stream.at("/new").writer, "");
        QCOMPARE(change(u"/etc/passwd"_s).value("writer_is_lamella"_L1).toBool(), true);
    }

    // What is written when nobody looks has no writer, and no wrong one.
    void aLaterWriterIsNotTheOneSeen()
    {
        {
            Stream stream(watch());
            does(u"echo 1 >/f; echo 1 >/g"_s);
            QVERIFY(stream.readUntil([&] { return stream.at("/g").kinds == (C | W); }));
        }
        QVERIFY(QTest::qWaitFor([] { return groups() == 0; }, 10000));
        QVERIFY(change(u"/f"_s).contains("writer"_L1));
        QTest::qWait(3500);
        does(u"echo 2 >/f; rm /g; sleep 0.1; mkdir /g"_s);
        QVERIFY(!change(u"/f"_s).contains("writer"_L1));
        QVERIFY(!change(u"/g"_s).contains("writer"_L1));
    }

    void oneGroupServesAllReaders()
    {
        QCOMPARE(groups(), 0);
        Stream one(watch());
        Stream two(watch());
        QCOMPARE(groups(), 1);
        does(u"echo 1 >/f"_s);
        QVERIFY(one.readUntil([&] { return one.at("/f").kinds == (C | W); }));
        QVERIFY(two.readUntil([&] { return two.at("/f").kinds == (C | W); }));
        one.close();
        does(u"echo 1 >/g"_s);
        QVERIFY(two.readUntil([&] { return two.at("/g").kinds == (C | W); }));
        QCOMPARE(groups(), 1);
        two.close();
        QVERIFY(QTest::qWaitFor([] { return groups() == 0; }, 10000));
    }

    // Who asks while the watch starts waits for the same one.
    void whoAskAtOnceShareOne()
    {
        QDBusMessage ask = QDBusMessage::createMethodCall(QLatin1StringView(dbus::kBusName), m_container,
                                                          u"org.lamella.Lamella1.Container"_s, u"WatchChanges"_s);
        ask << QVariantMap();
        std::vector<QDBusPendingCall> asked;
        for (int i = 0; i < 5; ++i)
            asked.push_back(alice->bus().asyncCall(ask));
        std::vector<std::unique_ptr<Stream>> streams;
        for (QDBusPendingCall& call : asked) {
            call.waitForFinished();
            streams.push_back(std::make_unique<Stream>(call.reply()));
            QVERIFY(streams.back()->isOpen());
        }
        QCOMPARE(groups(), 1);
        does(u"echo 1 >/f"_s);
        for (const auto& stream : streams)
            QVERIFY(stream->readUntil([&] { return stream->at("/f").kinds == (C | W); }));
    }

    void itEndsWithTheContainer()
    {
        Stream stream(watch());
        alice->ask(m_container, u"Container"_s, u"Kill"_s, {9u});
        QVERIFY(!stream.readUntil([] { return false; }));
        QVERIFY(stream.hasEnded);
        QVERIFY(stream.rescans > 0);
        QVERIFY(alice->waitForState(m_container, u"stopped"_s));
        QCOMPARE(watch().errorName(), errorName(u"WrongState"_s));
        alice->ask(m_container, u"Container"_s, u"Start"_s);
        Stream again(watch());
        does(u"echo 1 >/f"_s);
        QVERIFY(again.readUntil([&] { return again.at("/f").kinds == (C | W); }));
    }

    void itEndsWithItsReader()
    {
        auto guest = std::make_unique<Client>(4242);
        Stream stream(guest->lamella(m_container, u"Container"_s, u"WatchChanges"_s));
        QCOMPARE(groups(), 1);
        guest.reset();
        QVERIFY(QTest::qWaitFor([] { return groups() == 0; }, 10000));
        QVERIFY(!stream.readUntil([] { return false; }));
        QVERIFY(stream.hasEnded);
    }

    // A stream is only read: who writes to it is cut off.
    void writingToItEndsIt()
    {
        Stream stream(watch());
        QCOMPARE(::send(stream.fd(), "x", 1, MSG_NOSIGNAL), 1);
        QVERIFY(!stream.readUntil([] { return false; }));
        QVERIFY(stream.hasEnded);
    }

    void thereAreNotMoreThanSixteen()
    {
        std::vector<std::unique_ptr<Stream>> streams;
        for (int i = 0; i < 16; ++i) {
            streams.push_back(std::make_unique<Stream>(watch()));
            QVERIFY(streams.back()->isOpen());
        }
        QCOMPARE(watch().errorName(), errorName(u"LimitExceeded"_s));
        streams.pop_back();
        QVERIFY(QTest::qWaitFor([&] { return Stream(watch()).isOpen(); }, 10000));
    }

    // Neither who does not read nor a container that floods it holds the helper up, and both are told to read the list.
    void whoDoesNotReadIsToldToReadTheList()
    {
        Stream idle(watch());
        Stream reader(watch());
        for (int round = 0; round < 4; ++round) {
            does(
                u"mkdir -p /%1/long-name-of-a-directory-that-takes-some-room; cd /%1/long*; "
                "i=0; while [ $i -lt 3000 ]; do : >a-name-that-takes-some-room-as-well-$i; i=$((i+1)); done; sleep 0.3"_s
                    .arg(round));
            reader.readUntil([&, end = QDeadlineTimer(300)] { return end.hasExpired(); });
        }
        QTest::qWait(1500);
        does(u"echo 1 >/last"_s);
        QVERIFY(reader.readUntil([&] { return reader.at("/last").kinds == (C | W); }));
        // What waited is read, and then that there was more, although nothing happens.
        idle.readUntil([&, end = QDeadlineTimer(1000)] { return end.hasExpired(); });
        QVERIFY(idle.endsInRescan);
        does(u"echo 1 >/later"_s);
        QVERIFY(idle.readUntil([&] { return idle.at("/later").kinds == (C | W); }));
        QVERIFY(idle.rescans > 0);
        QCOMPARE(idle.wrong, QString());
    }

    void aBurstOfFilesIsARescan()
    {
        Stream stream(watch());
        does(u"mkdir /many; cd /many; i=0; while [ $i -lt 50000 ]; do : >$i; i=$((i+1)); done"_s);
        QVERIFY(stream.readUntil([&] { return stream.rescans > 0; }));
        QTest::qWait(1500);
        does(u"echo 1 >/after"_s);
        QVERIFY(stream.readUntil([&] { return stream.at("/after").kinds == (C | W); }));
        QCOMPARE(stream.wrong, QString());
    }

    // A helper that comes back knows nothing of its streams; their ends are seen.
    void aKilledHelperEndsIt()
    {
        Stream stream(watch());
        killHelper();
        QVERIFY(!stream.readUntil([] { return false; }));
        QVERIFY(stream.hasEnded);
        startHelper();
        QVERIFY(alice->waitForState(m_container, u"running"_s));
        Stream again(watch());
        does(u"echo 1 >/f"_s);
        QVERIFY(again.readUntil([&] { return again.at("/f").kinds == (C | W); }));
    }

    void nothingOfTheContractIsForgotten() { QCOMPARE(forgotten(liveMembers()), QStringList()); }

private:
    std::unique_ptr<Client> alice;
    QString m_container;
    QStringList m_made;

    QString run(const QString& script)
    {
        const QString path = alice->run(u"live-%1"_s.arg(m_made.size()), {u"sh"_s, u"-c"_s, script});
        m_made.append(path);
        return path;
    }

    QDBusMessage watch() { return alice->lamella(m_container, u"Container"_s, u"WatchChanges"_s); }

    /// Runs a script in the container and waits for its end.
    void does(const QString& script)
    {
        const auto answer
            = alice->lamella(m_container, u"Container"_s, u"Exec"_s, {QStringList{u"sh"_s, u"-c"_s, script}});
        QVERIFY2(answer.errorName().isEmpty(), qPrintable(answer.errorMessage()));
        const QString session = answer.arguments().constFirst().value<QDBusObjectPath>().path();
        QVERIFY(QTest::qWaitFor([&] { return !alice->get(session, u"Session"_s, u"Running"_s).toBool(); }, 60000));
    }

    QJsonObject change(const QString& path)
    {
        for (const QJsonObject& row : alice->changes(m_container)) {
            if (row.value("path"_L1).toString() == path)
                return row;
        }
        return {};
    }
};

QTEST_GUILESS_MAIN(LiveTest)
#include "tst_live.moc"
