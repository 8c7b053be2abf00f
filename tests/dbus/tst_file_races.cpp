// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dbus/support/file_fixture.h"

#include <QDBusObjectPath>
#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <cerrno>
#include <cstring>
#include <sys/mount.h>

using namespace Qt::StringLiterals;
using namespace lamella::test;

/// The files of a container, changed while something else goes on.
class FileRacesTest : public QObject, private FileFixture {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(!alice->loadStarter().isEmpty()); }
    void cleanup() { removeContainers(); }

    // A process of the container swaps a directory for a link to another one, of the container and, by its name, of the
    // host, as fast as it can.
    void aDirectoryThatIsSwappedForALink()
    {
        QTemporaryDir outside(u"/var/tmp/lamella-outside-XXXXXX"_s);
        const QString path
            = start(u"mkdir -p %1 /d; echo done; "
                    "while :; do mv -T /d /x; ln -s %1 /d; rm /d; mv -T /x /d; done"_s.arg(outside.path()));
        int written = 0;
        int refused = 0;
        QElapsedTimer time;
        time.start();
        for (int i = 0; i < 2000 && (time.elapsed() < 5000 || written == 0 || refused == 0) && time.elapsed() < 60000;
             ++i)
            ++(write(path, "/d/victim-" + QByteArray::number(i), "x").isEmpty() ? written : refused);
        qInfo("%d written, %d refused", written, refused);
        QVERIFY(written > 0 && refused > 0);
        QCOMPARE(QDir(outside.path()).entryList(QDir::AllEntries | QDir::NoDotAndDotDot), QStringList());
        QCOMPARE(list(path, outside.path().toUtf8()).names(), QStringList());
    }

    // The same with a link to what is mounted in the container (GHSA-rg2x-37c3-w2rh, GHSA-vp62-88p7-qqf5: a copy that is
    // sent elsewhere through a mount). The container itself looks for what came there.
    void aDirectoryThatIsSwappedForALinkToAMount()
    {
        const QString path = start(u"mkdir /d; echo done; while :; do mv -T /d /x; ln -s /dev/shm /d; rm /d; "
                                   "mv -T /x /d; for f in /dev/shm/*; do [ ! -e $f ] || echo escaped; done; done"_s);
        int written = 0;
        int refused = 0;
        QElapsedTimer time;
        time.start();
        for (int i = 0; (time.elapsed() < 3000 || written == 0 || refused == 0) && time.elapsed() < 60000; ++i)
            ++(write(path, "/d/victim-" + QByteArray::number(i % 100), "x").isEmpty() ? written : refused);
        qInfo("%d written, %d refused", written, refused);
        QVERIFY(written > 0 && refused > 0);
        QVERIFY(list(path, "/dev/shm").names().isEmpty());
        QVERIFY(!alice->log(path).contains("escaped"_L1));
    }

    // What is written to is a link, a pipe or a file, by turns: no call waits, and no other file is reached.
    void aFileThatIsSwappedForALink()
    {
        const QString path = start(u"echo safe >/safe; echo done; while :; do rm -f /t; mkfifo /t; rm -f /t; "
                                   "ln -s /safe /t; rm -f /t; echo x >/t; done"_s);
        int written = 0;
        int refused = 0;
        QElapsedTimer time;
        time.start();
        for (int i = 0; (time.elapsed() < 5000 || written == 0 || refused == 0) && time.elapsed() < 60000; ++i) {
            const auto options = i % 2 == 0 ? QVariantMap{{u"offset"_s, 0ull}} : QVariantMap();
            ++(write(path, "/t", "attack", options).isEmpty() ? written : refused);
        }
        qInfo("%d written, %d refused", written, refused);
        QVERIFY(written > 0 && refused > 0);
        QCOMPARE(read(path, "/safe"), "safe\n");
    }

    // The same while permissions are set of everything below: what the link leads to keeps its own.
    void aDirectoryThatIsSwappedWhileItIsGoneThrough()
    {
        QTemporaryDir outside(u"/var/tmp/lamella-outside-XXXXXX"_s);
        QVERIFY(QFile::setPermissions(outside.path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
        const QString path = start(
            u"mkdir -p -m 700 %1 /d/sub/a; echo 1 >%1/file; chmod 600 %1/file; i=0; "
            "while [ $i -lt 200 ]; do : >/d/$i; : >/d/sub/a/$i; i=$((i+1)); done; echo done; "
            "while :; do mv -T /d/sub /x; ln -s %1 /d/sub; rm /d/sub; mv -T /x /d/sub; done"_s.arg(outside.path()));
        int missed = 0;
        QElapsedTimer time;
        time.start();
        for (int i = 0; (time.elapsed() < 4000 || missed == 0) && time.elapsed() < 60000; ++i) {
            const QString job
                = alice
                      ->ask(path, u"Container"_s, u"SetAttributesBelow"_s, {QVariant::fromValue(QByteArrayList{"/d"})},
                            {{u"mode"_s, i % 2 == 0 ? 0777u : 0755u}, {u"uid"_s, uint(i % 2)}})
                      .value<QDBusObjectPath>()
                      .path();
            const auto ended = alice->lamella(job, u"Job"_s, u"Wait"_s);
            QVERIFY2(ended.errorName().isEmpty(), qPrintable(ended.errorMessage()));
            missed += ended.arguments().constFirst().toStringList().constFirst().toInt() < 403 ? 1 : 0;
        }
        QVERIFY(missed > 0); // it was away, or a link
        QCOMPARE(QFileInfo(outside.path()).ownerId(), 0u);
        QCOMPARE(QFileInfo(outside.path()).permissions() & (QFile::ReadOther | QFile::ReadGroup), QFile::Permissions());
        const QJsonObject file = list(path, outside.path().toUtf8()).named(u"file"_s);
        QCOMPARE(file.value("mode"_L1).toInt(), 0600);
        QCOMPARE(file.value("uid"_L1).toInt(), 0);
    }

    // The removal waits for an overlay that somebody else has mounted of the same directories.
    void aStoppedOneIsHeldMeanwhile()
    {
        const QString path = make(u"mkdir /d; echo 1 >/d/f"_s);
        QTemporaryDir place(u"/var/tmp/lamella-overlay-XXXXXX"_s);
        const QByteArray target = QFile::encodeName(place.path());
        const QByteArray upper = inUpper(path, {});
        const QByteArray options
            = "lowerdir=" + target + ",upperdir=" + upper + ",workdir=" + upper.chopped(5) + "work,index=off";
        QVERIFY2(::mount("overlay", target.constData(), "overlay", 0, options.constData()) == 0, std::strerror(errno));
        const QString job = beginRemoval(path, {"/d"});
        const QString started = ask(path, u"Start"_s, {});
        const QString written = write(path, "/f", "x");
        const QString state = alice->get(job, u"Job"_s, u"State"_s).toString();
        QCOMPARE(::umount(target.constData()), 0);
        QCOMPARE(state, u"running"_s);
        QCOMPARE(started, u"Busy"_s);
        QCOMPARE(written, u"Busy"_s);
        QVERIFY(alice->lamella(job, u"Job"_s, u"Wait"_s).errorName().isEmpty());
        QVERIFY(!list(path, "/").names().contains(u"d"_s));
        QCOMPARE(ask(path, u"Start"_s, {}), QString());
    }

    // One after another without a pause: each has the overlay to itself.
    void manyChangesAndThenAStart()
    {
        const QString path = make(u":"_s);
        for (int i = 0; i < 50; ++i)
            QCOMPARE(write(path, "/f" + QByteArray::number(i), "x"), QString());
        QCOMPARE(ask(path, u"Start"_s, {}), QString());
        QVERIFY(alice->waitForState(path, u"stopped"_s));
        QCOMPARE(write(path, "/f0", "y"), QString());
        const QString job
            = alice->ask(path, u"Container"_s, u"UndoChanges"_s, {QVariant::fromValue(QByteArrayList{"/"})})
                  .value<QDBusObjectPath>()
                  .path();
        QVERIFY(alice->lamella(job, u"Job"_s, u"Wait"_s).errorName().isEmpty());
        QCOMPARE(alice->changes(path).size(), 0);
    }
};

QTEST_GUILESS_MAIN(FileRacesTest)
#include "tst_file_races.moc"
