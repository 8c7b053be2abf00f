// SPDX-License-Identifier: GPL-3.0-or-later
#include "resources/dbus/types.h"
#include "tests/dbus/support/client.h"
#include "tests/dbus/support/contract_members.h"

#include <QCryptographicHash>
#include <QDBusPendingCall>
#include <QFile>
#include <QJsonDocument>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace lamella;
using namespace lamella::test;

namespace {

QString digestOf(const QByteArray& content)
{
    return u"sha256:"_s + QString::fromLatin1(QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex());
}

} // namespace

/// What a container has changed: looked into, summed up and undone, through the contract.
class ChangesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        dbus::registerTypes();
        alice = std::make_unique<Client>(4242);
        bob = std::make_unique<Client>(4343);
        QVERIFY(!alice->loadStarter().isEmpty());
    }

    void cleanup()
    {
        for (const QString& path : std::as_const(m_made))
            alice->discard(path);
        m_made.clear();
    }

    void onlyTheFirst()
    {
        const QString path
            = make(u"for i in 1 2 3 4 5 6 7; do echo $i >/new$i; done; mkdir /other; echo 1 >/other/f"_s);
        const auto paths = [&](qulonglong most) {
            const auto file = alice->ask(path, u"Container"_s, u"ListChanges"_s, {}, {{u"limit"_s, most}})
                                  .value<QDBusUnixFileDescriptor>();
            QStringList found;
            for (const QByteArray& line : readAll(file.fileDescriptor()).trimmed().split('\n'))
                found.append(QJsonDocument::fromJson(line)[u"path"_s].toString());
            return found;
        };
        const QStringList all = paths(0);
        QVERIFY(all.size() >= 9);
        for (const qsizetype most : {1, 3, 8})
            QCOMPARE(paths(qulonglong(most)), all.first(most));
        QCOMPARE(paths(qulonglong(all.size())), all);
        QCOMPARE(paths(1'000'000), all);
    }

    void aFileInBothVersions()
    {
        const QString path = make(
            u"echo more >>/etc/passwd; chmod 600 /etc/passwd; chown 5:6 /etc/passwd; rm /etc/group; ln -s x /link; echo 1 >/new"_s);
        const auto [image, old] = read(path, "/etc/passwd", u"image"_s, {{u"digest"_s, true}});
        const auto [now, changed] = read(path, "/etc/passwd", u"container"_s, {{u"digest"_s, true}});
        QVERIFY(image.exists && now.exists);
        QVERIFY(old.startsWith("root:"));
        QCOMPARE(changed, old + "more\n");
        QCOMPARE(image.digest, digestOf(old));
        QCOMPARE(now.digest, digestOf(changed));
        QCOMPARE(now.sizeBytes, quint64(changed.size()));
        QCOMPARE(image.mode, 0644u);
        QCOMPARE(now.mode, 0600u);
        QCOMPARE(image.uid, 0u);
        QCOMPARE(now.uid, 5u);
        QCOMPARE(now.gid, 6u);
        QVERIFY(image.layer.startsWith("sha256:"_L1));
        QVERIFY(now.layer.isEmpty());
        QVERIFY(now.mtimeUsec > image.mtimeUsec);
        QVERIFY(!read(path, "/etc/group", u"container"_s).first.exists);
        QVERIFY(read(path, "/etc/group", u"image"_s).first.exists);
        QVERIFY(!read(path, "/new", u"image"_s).first.exists);
        QCOMPARE(read(path, "/new", u"container"_s).second, "1\n");
        const auto link = read(path, "/link", u"container"_s).first;
        QCOMPARE(link.type, u"symlink"_s);
        QCOMPARE(link.target, "x");
        QCOMPARE(read(path, "/etc/passwd", u"image"_s, {{u"offset"_s, 2ull}, {u"length"_s, 3ull}}).second,
                 old.mid(2, 3));
        QCOMPARE(read(path, "/", u"container"_s).first.type, u"directory"_s);
    }

    void badRequests_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("version");
        QTest::addColumn<QVariantMap>("options");
        QTest::newRow("relative") << QByteArray("etc/passwd") << u"image"_s << QVariantMap();
        QTest::newRow("empty") << QByteArray() << u"image"_s << QVariantMap();
        QTest::newRow("dots") << QByteArray("/etc/../../etc/shadow") << u"image"_s << QVariantMap();
        QTest::newRow("zero byte") << QByteArray("/a\0b", 4) << u"container"_s << QVariantMap();
        QTest::newRow("version") << QByteArray("/etc/passwd") << u"host"_s << QVariantMap();
        QTest::newRow("length") << QByteArray("/etc/passwd") << u"image"_s << QVariantMap{{u"length"_s, 1ull << 40}};
        QTest::newRow("offset") << QByteArray("/etc/passwd") << u"image"_s << QVariantMap{{u"offset"_s, ~0ull}};
        QTest::newRow("option") << QByteArray("/etc/passwd") << u"image"_s << QVariantMap{{u"follow"_s, true}};
    }

    void badRequests()
    {
        QFETCH(QByteArray, file);
        QFETCH(QString, version);
        QFETCH(QVariantMap, options);
        const QString path = make(u":"_s);
        QCOMPARE(alice->lamella(path, u"Container"_s, u"ReadFile"_s, {file, version}, options).errorName(),
                 errorName(u"InvalidArgument"_s));
        if (!version.startsWith(u'h') && options.isEmpty())
            QCOMPARE(alice->lamella(path, u"Container"_s, u"UndoChanges"_s, {QVariant::fromValue(QByteArrayList{file})})
                         .errorName(),
                     errorName(u"InvalidArgument"_s));
        QCOMPARE(
            alice->lamella(path, u"Container"_s, u"UndoChanges"_s, {QVariant::fromValue(QByteArrayList{})}).errorName(),
            errorName(u"InvalidArgument"_s));
    }

    void anotherUserReadsAndUndoesNothing()
    {
        const QString path = make(u"echo secret >/f"_s);
        QVERIFY(!bob->lamella(path, u"Container"_s, u"ReadFile"_s, {QByteArray("/f"), u"container"_s})
                     .errorName()
                     .isEmpty());
        QVERIFY(!bob->lamella(path, u"Container"_s, u"SummarizeChanges"_s).errorName().isEmpty());
        QCOMPARE(bob->lamella(path, u"Container"_s, u"CompareContent"_s, {QVariant::fromValue(QByteArrayList{"/f"})})
                     .errorName(),
                 errorName(u"NotAuthorized"_s));
        QVERIFY(!bob->lamella(path, u"Container"_s, u"UndoChanges"_s, {QVariant::fromValue(QByteArrayList{"/"})})
                     .errorName()
                     .isEmpty());
        QCOMPARE(read(path, "/f", u"container"_s).second, "secret\n");
    }

    // The layers' files and the host's beside them: neither a link in the way nor one at the end is followed.
    void linksLeadNowhere()
    {
        const QString path = make(u"ln -s / /out; ln -s /etc/hostname /end; rm -r /var; ln -s /etc /var"_s);
        QVERIFY(!read(path, "/out/etc/passwd", u"container"_s).first.exists);
        QCOMPARE(read(path, "/end", u"container"_s).first.type, u"symlink"_s);
        QCOMPARE(read(path, "/end", u"container"_s).second, QByteArray());
        QVERIFY(!read(path, "/var/passwd", u"container"_s).first.exists);
    }

    void whatWouldBeLost()
    {
        const QString path
            = make(u"head -c 100000 /dev/zero >/big; sleep 0.1; echo 1 >/new; rm /etc/group; : >>/etc/passwd"_s);
        const auto answer = alice->lamella(path, u"Container"_s, u"SummarizeChanges"_s).arguments();
        QCOMPARE(answer.size(), 4);
        QCOMPARE(answer.at(0).toULongLong(), 3ull);
        QVERIFY(answer.at(1).toULongLong() >= 100000);
        const auto largest = qdbus_cast<dbus::PathNumbers>(answer.at(2));
        const auto newest = qdbus_cast<dbus::PathNumbers>(answer.at(3));
        QCOMPARE(largest.size(), 2);
        QCOMPARE(largest.first().path, "/big");
        QVERIFY(largest.first().number >= 100000);
        QCOMPARE(newest.first().path, "/new");
    }

    void whatReallyDiffers()
    {
        const QString path
            = make(u"truncate -s 1G /holes; head -c 5000 /dev/zero >/new; echo more >>/etc/passwd; : >>/etc/shadow; "
                   "rm /etc/group; ln -s /etc/passwd /link; mkfifo /fifo; mkdir /d"_s);
        const QByteArrayList paths{"/holes", "/new",  "/etc/passwd", "/etc/shadow", "/etc/profile", "/etc/group",
                                   "/link",  "/fifo", "/d",          "/none",       "/link/x"};
        const auto answer = alice->lamella(path, u"Container"_s, u"CompareContent"_s, {QVariant::fromValue(paths)});
        QVERIFY2(answer.errorName().isEmpty(), qPrintable(answer.errorMessage()));
        constexpr qulonglong kNone = dbus::kNotKnown;
        QCOMPARE(qdbus_cast<QList<qulonglong>>(answer.arguments().constFirst()),
                 (QList<qulonglong>{1ull << 30, 5000, 5, 0, 0, kNone, kNone, kNone, kNone, kNone, kNone}));
    }

    void whatIsNotCompared()
    {
        const QString path = make(u":"_s);
        const QByteArrayList more(257, "/etc/passwd");
        QCOMPARE(alice->lamella(path, u"Container"_s, u"CompareContent"_s, {QVariant::fromValue(more)}).errorName(),
                 errorName(u"LimitExceeded"_s));
        for (const QByteArrayList& bad : {QByteArrayList{}, QByteArrayList{"bin"}, QByteArrayList{"/../bin"}})
            QCOMPARE(alice->lamella(path, u"Container"_s, u"CompareContent"_s, {QVariant::fromValue(bad)}).errorName(),
                     errorName(u"InvalidArgument"_s));
    }

    // Who reads files is not refused because of what is compared.
    void comparingLeavesRoomForReading()
    {
        const QString path = make(u"for i in 1 2 3 4; do cat /bin/*; done 2>/dev/null | head -c 60000000 >/big"_s);
        const auto committed = alice->lamella(path, u"Container"_s, u"Commit"_s, {u"lamella-compared"_s});
        QCOMPARE(waitFor(committed), QString());
        const auto created = alice->lamella(
            kRoot, u"Manager"_s, u"CreateContainer"_s,
            {u"lamella-compared"_s, u"compared"_s, QStringList{u"sh"_s, u"-c"_s, u"echo more >>/big"_s}},
            {{u"start"_s, true}});
        QVERIFY2(created.errorName().isEmpty(), qPrintable(created.errorMessage()));
        const QString changed = created.arguments().constFirst().value<QDBusObjectPath>().path();
        m_made.append(changed);
        QVERIFY(alice->waitForState(changed, u"stopped"_s));
        const auto call = [&](const QString& method, const QVariantList& arguments) {
            QDBusMessage message = QDBusMessage::createMethodCall(u"org.lamella.Lamella1"_s, changed,
                                                                  u"org.lamella.Lamella1.Container"_s, method);
            message.setArguments(arguments);
            return alice->bus().asyncCall(message, 60000);
        };
        QList<QDBusPendingCall> calls;
        for (int i = 0; i < 8; ++i)
            calls.append(
                call(u"CompareContent"_s, {QVariant::fromValue(QByteArrayList(8, "/big")), QVariant(QVariantMap())}));
        QDBusPendingCall reading
            = call(u"ReadFile"_s, {QByteArray("/etc/passwd"), u"container"_s, QVariant(QVariantMap())});
        reading.waitForFinished();
        QCOMPARE(reading.error().name(), QString());
        QStringList errors;
        for (QDBusPendingCall& one : calls) {
            one.waitForFinished();
            errors.append(one.error().name());
        }
        QCOMPARE(errors.count(errorName(u"LimitExceeded"_s)), 6);
        QCOMPARE(errors.count(QString()), 2);
    }

    void undoWhileStopped()
    {
        const QString path = make(everyChange());
        QCOMPARE(undo(path, {"/etc/passwd"}), QString());
        QCOMPARE(letters(path).value(u"/etc/passwd"_s), QString());
        QVERIFY(letters(path).size() > 3);
        QCOMPARE(undo(path, {"/"}), QString());
        QCOMPARE(letters(path), (QHash<QString, QString>()));
        leavesNothing(path);
        // It starts as a new one would: nothing stands in the way of the image's files.
        const QString other = make(u":"_s);
        const QString expected = listing(other);
        QVERIFY2(expected.contains("/etc/passwd"_L1) && expected.contains("/bin/ls"_L1), qPrintable(expected));
        QCOMPARE(listing(path), expected);
    }

    void undoWhileItRuns()
    {
        const QString idle = make(u":"_s);
        const QString path = start(everyChange() + u"; echo done; exec sleep 1000"_s);
        QVERIFY(QTest::qWaitFor([&] { return alice->log(path).contains("done"_L1); }, 30000));
        QCOMPARE(undo(path, {"/etc/passwd", "/tree"}), QString());
        QCOMPARE(letters(path).value(u"/etc/passwd"_s), u"c"_s);
        QVERIFY(!letters(path).contains(u"/tree"_s));
        QCOMPARE(undo(path, {"/"}), QString());
        const auto left = letters(path);
        QVERIFY2(std::ranges::all_of(left, [](const QString& letter) { return letter == "c"_L1; }),
                 qPrintable(QStringList(left.values()).join(u' ')));
        QCOMPARE(alice->get(path, u"Container"_s, u"State"_s).toString(), u"running"_s);
        // What is mounted is still there, and nothing that is may be undone.
        QCOMPARE(undo(path, {"/proc"}), u"Busy"_s);
        QCOMPARE(undo(path, {"/etc/hosts"}), u"Busy"_s);
        alice->ask(path, u"Container"_s, u"Kill"_s, {9u});
        QVERIFY(alice->waitForState(path, u"stopped"_s));
        leavesNothing(path);
        QCOMPARE(listing(path), listing(idle));
    }

    // Only what was chosen, in the form of a layer, and as an image.
    void someChangesAreKept()
    {
        const QString path
            = make(u"echo one >/etc/one; echo two >/two; rm /etc/group; mkdir -p /d/e; echo f >/d/e/f"_s);
        const QByteArrayList paths{"/etc/one", "/etc/group", "/d/e/f"};
        QTemporaryDir directory;
        const QString archive = directory.filePath(u"kept.tar"_s);
        const QDBusUnixFileDescriptor file(::open(qPrintable(archive), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        const auto saved = alice->lamella(path, u"Container"_s, u"SaveChanges"_s,
                                          {QVariant::fromValue(paths), QVariant::fromValue(file)});
        QCOMPARE(waitFor(saved), QString());
        QProcess tar;
        tar.start(u"tar"_s, {u"-tf"_s, archive});
        QVERIFY(tar.waitForFinished());
        QCOMPARE(tar.readAllStandardOutput(), "d/\nd/e/\nd/e/f\netc/.wh.group\netc/one\n");

        const auto committed = alice->lamella(path, u"Container"_s, u"Commit"_s, {u"lamella-kept"_s},
                                              {{u"paths"_s, QVariant::fromValue(paths)}});
        QCOMPARE(waitFor(committed), QString());
        const auto created = alice->lamella(
            kRoot, u"Manager"_s, u"CreateContainer"_s,
            {u"lamella-kept"_s, u"kept"_s, QStringList{u"sh"_s, u"-c"_s, u"ls -d /etc/one /etc/group /two /d/e/f"_s}},
            {{u"start"_s, true}});
        QVERIFY2(created.errorName().isEmpty(), qPrintable(created.errorMessage()));
        const QString kept = created.arguments().constFirst().value<QDBusObjectPath>().path();
        m_made.append(kept);
        QVERIFY(alice->waitForState(kept, u"stopped"_s));
        const QString log = alice->log(kept);
        QVERIFY2(log.contains("stdout F /etc/one"_L1) && log.contains("stdout F /d/e/f"_L1), qPrintable(log));
        QVERIFY2(!log.contains("stdout F /two"_L1) && !log.contains("stdout F /etc/group"_L1), qPrintable(log));
        for (const auto& bad : {QByteArrayList{"two"}, QByteArrayList{"/../two"}})
            QCOMPARE(
                alice->lamella(path, u"Container"_s, u"Commit"_s, {u"x"_s}, {{u"paths"_s, QVariant::fromValue(bad)}})
                    .errorName(),
                errorName(u"InvalidArgument"_s));
    }

    // As files of hers, in an empty directory that she has opened.
    void someChangesAreKeptInADirectory()
    {
        const QString path
            = make(u"echo one >/etc/one; chmod 6777 /etc/one; echo two >/two; rm /etc/group; mkfifo /p"_s);
        QTemporaryDir directory;
        QCOMPARE(::chown(qPrintable(directory.path()), 4242, 4242), 0);
        const auto keepIn = [&](int flags) {
            const QDBusUnixFileDescriptor into(::open(qPrintable(directory.path()), flags | O_CLOEXEC));
            return alice->lamella(path, u"Container"_s, u"SaveChanges"_s,
                                  {QVariant::fromValue(QByteArrayList{"/etc", "/p"}), QVariant::fromValue(into)});
        };
        // Only seeing that it is there gives nothing away.
        QCOMPARE(keepIn(O_PATH | O_DIRECTORY).errorName(), errorName(u"InvalidArgument"_s));
        const auto begun = keepIn(O_RDONLY | O_DIRECTORY);
        QVERIFY2(begun.errorName().isEmpty(), qPrintable(begun.errorMessage()));
        const auto job = begun.arguments().constFirst().value<QDBusObjectPath>().path();
        const auto result = alice->lamella(job, u"Job"_s, u"Wait"_s);
        QVERIFY2(result.errorName().isEmpty(), qPrintable(result.errorMessage()));
        QCOMPARE(result.arguments().constFirst().toStringList(), (QStringList{u"D /etc/group"_s, u"S /p"_s}));
        QCOMPARE(readFile(directory.filePath(u"etc/one"_s)), "one\n");
        struct stat status{};
        QCOMPARE(::stat(qPrintable(directory.filePath(u"etc/one"_s)), &status), 0);
        QCOMPARE(status.st_uid, 4242u);
        QCOMPARE(status.st_mode & 07777, 0755u);
        QVERIFY(!QFile::exists(directory.filePath(u"two"_s)));
        QCOMPARE(waitFor(keepIn(O_RDONLY | O_DIRECTORY)), u"InvalidArgument"_s);
    }

    void aStoppedOneWaitsForItsUndo()
    {
        const QString path = make(u"i=0; while [ $i -lt 2000 ]; do echo $i >/f$i; i=$((i+1)); done"_s);
        const auto job = alice->ask(path, u"Container"_s, u"UndoChanges"_s, {QVariant::fromValue(QByteArrayList{"/"})})
                             .value<QDBusObjectPath>()
                             .path();
        // Whichever is first: it either waits, or the undo has ended.
        for (const auto* const method : {"Start", "Remove", "UndoChanges"}) {
            const auto arguments = QByteArrayView(method) == "UndoChanges"
                ? QVariantList{QVariant::fromValue(QByteArrayList{"/"})}
                : QVariantList{};
            if (alice->get(job, u"Job"_s, u"State"_s).toString() != "running"_L1)
                break;
            const auto answer = alice->lamella(path, u"Container"_s, QString::fromLatin1(method), arguments);
            if (!answer.errorName().isEmpty())
                QCOMPARE(answer.errorName(), errorName(u"Busy"_s));
        }
        alice->lamella(job, u"Job"_s, u"Wait"_s);
    }

    // Killed in the middle, the helper finds what it left and tidies up.
    void aKilledHelperLeavesNothing()
    {
        const QString path = make(
            u"head -c 20000000 /dev/urandom >/big; i=0; while [ $i -lt 500 ]; do mkdir -p /d/$i; echo $i >/d/$i/f; i=$((i+1)); done"_s);
        alice->ask(path, u"Container"_s, u"UndoChanges"_s, {QVariant::fromValue(QByteArrayList{"/"})});
        killHelper();
        startHelper();
        leavesNothing(path);
        QCOMPARE(undo(path, {"/"}), QString());
        QCOMPARE(letters(path), (QHash<QString, QString>()));
    }

    // What is kept is kept whole or not at all, and the container stays as it is, whenever the helper is killed.
    void aKilledHelperKeepsNothingHalf()
    {
        const QString path = make(
            u"head -c 8000000 /dev/urandom >/big; i=0; while [ $i -lt 1500 ]; do mkdir -p /d/$i; echo $i >/d/$i/f; i=$((i+1)); done"_s);
        const auto before = letters(path);
        QVERIFY(before.size() > 3000);
        const auto paths = QVariant::fromValue(QByteArrayList{"/d", "/big"});
        QTemporaryDir directory;
        const auto saveTo = [&](const QString& archive) {
            const QDBusUnixFileDescriptor file(::open(qPrintable(archive), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
            return alice->lamella(path, u"Container"_s, u"SaveChanges"_s, {paths, QVariant::fromValue(file)});
        };
        for (const int moment : {0, 15, 40, 90, 200}) {
            QVERIFY(saveTo(directory.filePath(u"cut-%1"_s.arg(moment))).errorName().isEmpty());
            const auto committed
                = alice->lamella(path, u"Container"_s, u"Commit"_s, {u"lamella-half"_s}, {{u"paths"_s, paths}});
            QVERIFY2(committed.errorName().isEmpty(), qPrintable(committed.errorMessage()));
            QTest::qWait(moment);
            killHelper();
            startHelper();
            QCOMPARE(letters(path), before);
            leavesNothing(path);
            const auto created = alice->lamella(kRoot, u"Manager"_s, u"CreateContainer"_s,
                                                {u"lamella-half"_s, u"half-%1"_s.arg(moment),
                                                 QStringList{u"sh"_s, u"-c"_s, u"find /d -type f | wc -l"_s}},
                                                {{u"start"_s, true}});
            if (created.errorName() == errorName(u"NotFound"_s))
                continue;
            // There already: so it is whole.
            QVERIFY2(created.errorName().isEmpty(), qPrintable(created.errorMessage()));
            const auto half = created.arguments().constFirst().value<QDBusObjectPath>().path();
            m_made.append(half);
            QVERIFY(alice->waitForState(half, u"stopped"_s));
            QVERIFY2(alice->log(half).contains("stdout F 1500"_L1), qPrintable(alice->log(half)));
        }
        const QString archive = directory.filePath(u"whole.tar"_s);
        QCOMPARE(waitFor(saveTo(archive)), QString());
        QProcess tar;
        tar.start(u"tar"_s, {u"-tf"_s, archive});
        QVERIFY(tar.waitForFinished());
        QCOMPARE(tar.exitCode(), 0);
        QByteArrayList listed = tar.readAllStandardOutput().trimmed().split('\n');
        QVERIFY(listed.removeOne("d/.wh..wh..opq")); // a directory that was made through overlay is opaque
        QCOMPARE(listed.size(), before.size());
    }

    // While it runs, too: it goes on, and starts again.
    void aKilledHelperLeavesARunningOneWell()
    {
        const QString path = start(u"rm -r /bin/[c-m]*; echo 1 >>/etc/passwd; echo done; exec sleep 1000"_s);
        QVERIFY(QTest::qWaitFor([&] { return alice->log(path).contains("done"_L1); }, 30000));
        alice->ask(path, u"Container"_s, u"UndoChanges"_s, {QVariant::fromValue(QByteArrayList{"/"})});
        killHelper();
        startHelper();
        QVERIFY(alice->waitForState(path, u"running"_s));
        alice->ask(path, u"Container"_s, u"Kill"_s, {9u});
        QVERIFY(alice->waitForState(path, u"stopped"_s));
        alice->ask(path, u"Container"_s, u"Start"_s);
        leavesNothing(path);
        QVERIFY(alice->waitForState(path, u"running"_s));
        QVERIFY(QTest::qWaitFor([&] { return alice->log(path).count("done"_L1) == 2; }, 30000));
        QCOMPARE(undo(path, {"/"}), QString());
        QVERIFY(read(path, "/bin/ls", u"container"_s).first.exists);
    }

    void nothingOfTheContractIsForgotten() { QCOMPARE(forgotten(changeMembers()), QStringList()); }

private:
    std::unique_ptr<Client> alice;
    std::unique_ptr<Client> bob;
    QStringList m_made;

    static QString everyChange()
    {
        return u"echo more >>/etc/passwd; rm /etc/group; chmod 700 /root; mkdir -p /tree/a/b; echo 1 >/tree/a/b/c; "
               "rm -r /var; mkdir /var; echo 2 >/var/x; chown 7 /etc/hosts 2>/dev/null; ln /tree/a/b/c /tree/link; mkfifo /fifo; rm /bin/ls; chown 12:13 /home"_s;
    }

    QString start(const QString& script)
    {
        const QString path = alice->run(u"changes-%1"_s.arg(m_made.size()), {u"sh"_s, u"-c"_s, script});
        m_made.append(path);
        return path;
    }

    /// Of a container that has ended.
    QString make(const QString& script)
    {
        const QString path = start(script);
        if (!alice->waitForState(path, u"stopped"_s))
            qWarning("it has not ended");
        return path;
    }

    std::pair<dbus::FileInfo, QByteArray> read(const QString& path, const QByteArray& file, const QString& version,
                                               const QVariantMap& options = {})
    {
        const auto answer = alice->lamella(path, u"Container"_s, u"ReadFile"_s, {file, version}, options);
        if (answer.arguments().size() != 2) {
            qWarning("%s", qPrintable(answer.errorMessage()));
            return {};
        }
        const int content = answer.arguments().at(1).value<QDBusUnixFileDescriptor>().fileDescriptor();
        if (::fcntl(content, F_GET_SEALS) != (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE))
            qWarning("it is not sealed");
        return {qdbus_cast<dbus::FileInfo>(answer.arguments().constFirst()), readAll(content)};
    }

    /// The kind of the error; empty where it was done.
    QString undo(const QString& path, const QByteArrayList& paths)
    {
        const auto begun = alice->lamella(path, u"Container"_s, u"UndoChanges"_s, {QVariant::fromValue(paths)});
        return waitFor(begun);
    }

    QString waitFor(const QDBusMessage& begun)
    {
        if (!begun.errorName().isEmpty())
            return begun.errorName().section(u'.', -1);
        const auto job = begun.arguments().constFirst().value<QDBusObjectPath>().path();
        return alice->lamella(job, u"Job"_s, u"Wait"_s).errorName().section(u'.', -1);
    }

    QHash<QString, QString> letters(const QString& path)
    {
        QHash<QString, QString> found;
        for (const QJsonObject& row : alice->changes(path))
            found.insert(row.value("path"_L1).toString(), row.value("change"_L1).toString());
        return found;
    }

    /// What its program sees when it is started once more with another command: exec needs one that runs.
    QString listing(const QString& path)
    {
        const QString image = u"lamella-changes-check"_s;
        const auto job = alice->ask(path, u"Container"_s, u"Commit"_s, {image}).value<QDBusObjectPath>().path();
        alice->lamella(job, u"Job"_s, u"Wait"_s);
        const auto created = alice->lamella(
            kRoot, u"Manager"_s, u"CreateContainer"_s,
            {image, u"check-%1"_s.arg(m_made.size()),
             QStringList{
                 u"sh"_s, u"-c"_s,
                 u"find / -xdev ! -path '/proc*' ! -path '/sys*' ! -path '/dev*' -exec stat -c '%n %f %u %g %s' {} + | sort"_s}},
            {{u"start"_s, true}});
        const auto check = created.arguments().constFirst().value<QDBusObjectPath>().path();
        m_made.append(check);
        alice->waitForState(check, u"stopped"_s);
        const QString log = alice->log(check);
        QStringList lines;
        for (const QString& line : log.split(u'\n'))
            lines.append(line.section(u' ', 3));
        return lines.join(u'\n');
    }

    static void leavesNothing(const QString& path)
    {
        const QString directory = qEnvironmentVariable("LAMELLA_STATE") + u"/containers/"_s + path.section(u'/', -1);
        QVERIFY(
            QTest::qWaitFor([&] { return !std::filesystem::exists((directory + u"/undo"_s).toStdString()); }, 10000));
        for (const auto& entry : std::filesystem::recursive_directory_iterator((directory + u"/upper"_s).toStdString()))
            QVERIFY2(!entry.path().filename().native().starts_with(".lamella"), entry.path().c_str());
    }
};

QTEST_GUILESS_MAIN(ChangesTest)
#include "tst_changes.moc"
