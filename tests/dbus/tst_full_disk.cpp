// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dbus/support/client.h"

#include <QDir>
#include <QFile>
#include <QTest>

#include <csignal>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace lamella::test;

namespace {

QString state()
{
    return qEnvironmentVariable("LAMELLA_STATE");
}

qint64 freeBytes()
{
    struct statvfs info{};
    if (::statvfs(qPrintable(state()), &info) != 0)
        qFatal("cannot look at the state's file system");
    return qint64(info.f_bavail) * qint64(info.f_frsize);
}

QStringList entries(const QString& folder)
{
    return QDir(state() + folder).entryList(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::Hidden | QDir::System);
}

} // namespace

/// The state on a small file system: what does not fit is refused with a sentence, and leaves nothing.
class FullDiskTest : public QObject {
    Q_OBJECT

private:
    Client* alice = nullptr;

    QString beginLoad()
    {
        QDBusUnixFileDescriptor layout;
        layout.giveFileDescriptor(openStarter());
        return alice->ask(kRoot, u"Manager"_s, u"LoadImage"_s, {QVariant::fromValue(layout)})
            .value<QDBusObjectPath>()
            .path();
    }

    QDBusMessage load() { return alice->lamella(beginLoad(), u"Job"_s, u"Wait"_s); }

    void removeImage(const QString& image)
    {
        alice->ask(kRoot + u"/Images/"_s + QString(image).replace(u':', u'_'), u"Image"_s, u"Remove"_s);
    }

private Q_SLOTS:
    void initTestCase()
    {
        killHelper();
        // Images are not mounted here, only unpacked, so a file system in memory will do.
        QCOMPARE(::mount("lamella-small", qPrintable(state()), "tmpfs", 0, "size=96m,mode=700"), 0);
        startHelper();
        alice = new Client(4242);
    }

    void cleanupTestCase()
    {
        delete alice;
        killHelper();
        ::umount2(qPrintable(state()), MNT_DETACH);
    }

    void loadThatDoesNotFit_data()
    {
        QTest::addColumn<int>("left");
        for (const int left : {0, 64, 256, 1024})
            QTest::addRow("%d KiB", left) << left * 1024;
    }

    void loadThatDoesNotFit()
    {
        QFETCH(int, left);
        QFile filler(state() + u"/filler"_s);
        QVERIFY(filler.open(QIODevice::WriteOnly));
        QCOMPARE(::posix_fallocate(filler.handle(), 0, freeBytes() - left), 0);
        const QStringList layers = entries(u"/layers"_s);
        const QStringList blobs = entries(u"/blobs/sha256"_s);
        const QDBusMessage reply = load();
        QCOMPARE(reply.errorName(), errorName(u"NoSpace"_s));
        QVERIFY2(reply.errorMessage().contains(u' '), qPrintable(reply.errorMessage()));
        QCOMPARE(entries(u"/layers"_s), layers);
        QCOMPARE(entries(u"/blobs/sha256"_s), blobs);
        QVERIFY(filler.remove());
    }

    /// It was asked whether there is room, and there was; then somebody else took it.
    void diskThatFillsUpMeanwhile()
    {
        bool caught = false;
        for (int attempt = 0; !caught && attempt < 50; ++attempt) {
            const QString job = beginLoad();
            while (!caught && alice->get(job, u"Job"_s, u"State"_s).toString() == "running"_L1)
                caught = signalWorkers(SIGSTOP);
            if (!caught) {
                removeImage(alice->ask(job, u"Job"_s, u"Wait"_s).toStringList().value(0));
                continue;
            }
            QFile filler(state() + u"/filler"_s);
            QVERIFY(filler.open(QIODevice::WriteOnly));
            QCOMPARE(::posix_fallocate(filler.handle(), 0, freeBytes()), 0);
            signalWorkers(SIGCONT);
            const QDBusMessage reply = alice->lamella(job, u"Job"_s, u"Wait"_s);
            QVERIFY(filler.remove());
            if (reply.type() == QDBusMessage::ReplyMessage) { // it had what it needed already
                removeImage(reply.arguments().at(0).toStringList().value(0));
                caught = false;
                continue;
            }
            QCOMPARE(reply.errorName(), errorName(u"NoSpace"_s));
            QVERIFY2(reply.errorMessage().contains(u' '), qPrintable(reply.errorMessage()));
        }
        QVERIFY2(caught, "no load could be caught at work");
        QCOMPARE(entries(u"/layers"_s), QStringList());
        QCOMPARE(entries(u"/blobs/sha256"_s), QStringList());
    }

    void loadsWhenThereIsRoomAgain()
    {
        const QDBusMessage reply = load();
        QVERIFY2(reply.type() == QDBusMessage::ReplyMessage, qPrintable(reply.errorMessage()));
    }

    void containerThatDoesNotFit()
    {
        QFile filler(state() + u"/filler"_s);
        QVERIFY(filler.open(QIODevice::WriteOnly));
        QCOMPARE(::posix_fallocate(filler.handle(), 0, freeBytes()), 0);
        const QStringList before = entries(u"/containers"_s);
        const QDBusMessage reply = alice->lamella(kRoot, u"Manager"_s, u"CreateContainer"_s,
                                                  {u"starter:latest"_s, u"big"_s, QStringList{u"true"_s}});
        QCOMPARE(reply.errorName(), errorName(u"NoSpace"_s));
        QCOMPARE(entries(u"/containers"_s), before);
        QVERIFY(filler.remove());
        const QString made = alice->create(u"big"_s, {u"true"_s});
        alice->discard(made);
    }
};

QTEST_GUILESS_MAIN(FullDiskTest)
#include "tst_full_disk.moc"
