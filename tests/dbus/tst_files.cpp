// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dbus/support/client.h"
#include "tests/dbus/support/contract_members.h"

#include <QCryptographicHash>
#include <QDir>
#include <QElapsedTimer>
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTemporaryFile>
#include <QTest>

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <limits>
#include <linux/capability.h>
#include <memory>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace lamella::test;

namespace {

struct Listed {
    QString error; ///< the last part of its name
    QByteArray directory;
    QList<QJsonObject> files;
    QByteArray next;

    QStringList names() const
    {
        QStringList names;
        for (const QJsonObject& file : files)
            names.append(file.value("name"_L1).toString());
        return names;
    }

    QJsonObject named(const QString& name) const
    {
        for (const QJsonObject& file : files) {
            if (file.value("name"_L1).toString() == name)
                return file;
        }
        return {};
    }
};

constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;

QDBusUnixFileDescriptor memoryFile(const QByteArray& bytes, int seals = kSeals)
{
    const int file = ::memfd_create("content", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (::write(file, bytes.constData(), std::size_t(bytes.size())) != bytes.size()
        || ::fcntl(file, F_ADD_SEALS, seals) != 0)
        qFatal("no memory file");
    QDBusUnixFileDescriptor content(file);
    ::close(file);
    return content;
}

QString digestOf(const QByteArray& content)
{
    return u"sha256:"_s + QString::fromLatin1(QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex());
}

} // namespace

/// The files of a container: looked through and changed, through the contract.
class FilesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        alice = std::make_unique<Client>(4242);
        bob = std::make_unique<Client>(4343);
        QVERIFY(!alice->loadStarter().isEmpty());
    }

    void cleanup()
    {
        for (const QString& path : std::as_const(m_made))
            alice->lamella(path, u"Container"_s, u"Remove"_s, {}, {{u"force"_s, true}});
        m_made.clear();
    }

    void whatADirectoryHolds_data() { whetherItRuns(); }
    void whatADirectoryHolds()
    {
        const QString path = make(u"cd /etc; echo more >>passwd; chmod 600 /etc/group; rm shadow; echo 1 >new; "
                                  "chown 5:6 new; ln -s passwd link; mkfifo fifo; mkdir -p own/sub"_s);
        const Listed etc = list(path, "/etc");
        QCOMPARE(etc.error, QString());
        QCOMPARE(etc.directory, "/etc");
        QVERIFY(etc.next.isEmpty());
        QStringList sorted = etc.names();
        std::ranges::sort(sorted);
        QCOMPARE(etc.names(), sorted);
        QVERIFY(!etc.names().contains(u"shadow"_s));
        QCOMPARE(etc.named(u"passwd"_s).value("change"_L1).toString(), u"M"_s);
        QCOMPARE(etc.named(u"group"_s).value("change"_L1).toString(), u"m"_s);
        QCOMPARE(etc.named(u"group"_s).value("mode"_L1).toInt(), 0600);
        const QJsonObject made = etc.named(u"new"_s);
        QCOMPARE(made.value("change"_L1).toString(), u"A"_s);
        QCOMPARE(made.value("type"_L1).toString(), u"file"_s);
        QCOMPARE(made.value("size"_L1).toInt(), 2);
        QCOMPARE(made.value("uid"_L1).toInt(), 5);
        QCOMPARE(made.value("gid"_L1).toInt(), 6);
        QVERIFY(!made.contains("layer"_L1));
        QCOMPARE(etc.named(u"link"_s).value("target"_L1).toString(), u"passwd"_s);
        QCOMPARE(etc.named(u"fifo"_s).value("type"_L1).toString(), u"fifo"_s);
        QCOMPARE(etc.named(u"own"_s).value("change"_L1).toString(), u"A"_s);
        QCOMPARE(list(path, "/etc/own").named(u"sub"_s).value("change"_L1).toString(), u"A"_s);
        const QJsonObject above = list(path, "/").named(u"etc"_s);
        QVERIFY(!above.contains("change"_L1));
        QVERIFY(above.value("copied_up"_L1).toBool());

        const Listed image = list(path, "/etc", {{u"version"_s, u"image"_s}});
        QVERIFY(image.names().contains(u"shadow"_s) && !image.names().contains(u"new"_s));
        QVERIFY(image.named(u"passwd"_s).value("layer"_L1).toString().startsWith("sha256:"_L1));
        QCOMPARE(image.named(u"passwd"_s).value("uid"_L1).toInt(), 0);
        QVERIFY(!image.named(u"passwd"_s).contains("change"_L1));
    }

    void whatIsMountedIsMarked_data() { whetherItRuns(); }
    void whatIsMountedIsMarked()
    {
        const QString path = make(u":"_s);
        QVERIFY(list(path, "/").named(u"proc"_s).value("mounted"_L1).toBool());
        QVERIFY(!list(path, "/").named(u"etc"_s).contains("mounted"_L1));
        QVERIFY(list(path, "/etc").named(u"hosts"_s).value("mounted"_L1).toBool());
        // The helper's own /proc is not what the container's path leads to.
        QCOMPARE(list(path, "/proc").names(), QStringList());
    }

    void linksAreFollowedWithin_data() { whetherItRuns(); }
    void linksAreFollowedWithin()
    {
        const QString path
            = make(u"mkdir -p /a/b; echo 1 >/a/b/f; ln -s /a/b /one; ln -s ../../../../../one /a/two; "
                   "ln -s loop /loop; ln -s / /out; rm -r /var; ln -s /a/b /var; ln -s /etc/passwd /end"_s);
        for (const char* way : {"/one", "/a/two", "/out/out/one/", "/var", "/out/a/./two"}) {
            const Listed listed = list(path, way);
            QCOMPARE(listed.directory, "/a/b");
            QCOMPARE(listed.names(), QStringList{u"f"_s});
        }
        QCOMPARE(list(path, "/loop").error, u"InvalidArgument"_s);
        QCOMPARE(list(path, "/end").error, u"InvalidArgument"_s);
        QCOMPARE(list(path, "/out").named(u"a"_s).value("type"_L1).toString(), u"directory"_s);
    }

    void aWayThatNeverEndsIsGivenUp()
    {
        const QString path = make(
            u"mkdir /d; t=$(printf 'd/../%.0s' $(seq 700)); i=0; while [ $i -lt 10 ]; do ln -s ${t}$((i+1)) /$i; "
            "i=$((i+1)); done; ln -s d /10"_s);
        QCOMPARE(list(path, "/7").directory, "/d");
        QCOMPARE(list(path, "/0").error, u"LimitExceeded"_s);
    }

    void aReplacedDirectoryShowsNothingOfTheOldOne()
    {
        const QString path = make(u"rm -r /etc; mkdir /etc; echo 1 >/etc/only; echo 2 >/etc/passwd; rm -r /root"_s);
        const Listed etc = list(path, "/etc");
        QVERIFY(etc.names().contains(u"only"_s));
        QVERIFY(!etc.names().contains(u"group"_s));
        QCOMPARE(etc.named(u"passwd"_s).value("change"_L1).toString(), u"M"_s);
        QCOMPARE(list(path, "/root").error, u"NotFound"_s);
        QCOMPARE(list(path, "/etc/only").error, u"InvalidArgument"_s);
        QCOMPARE(list(path, "/none").error, u"NotFound"_s);
    }

    void namesAreBytes()
    {
        const QString path = make(u"mkdir /d; cd /d; touch \"$(printf 'a\\377b')\" \"$(printf 'new\\nline')\"; "
                                  "ln -s \"$(printf 'x\\376')\" link"_s);
        const Listed listed = list(path, "/d");
        QCOMPARE(listed.files.size(), 3);
        QCOMPARE(QByteArray::fromBase64(listed.files.first().value("name_base64"_L1).toString().toLatin1()),
                 "a\xff"
                 "b");
        QCOMPARE(QByteArray::fromBase64(listed.named(u"link"_s).value("target_base64"_L1).toString().toLatin1()),
                 "x\xfe");
        QVERIFY(listed.names().contains(u"new\nline"_s));
    }

    void aHugeDirectoryComesInParts()
    {
        const QString path
            = make(u"mkdir /d; cd /d; i=0; while [ $i -lt 25000 ]; do : >$i; i=$((i+1)); done; rm 1 10 100"_s);
        QStringList names;
        QByteArray after;
        int parts = 0;
        do {
            const Listed listed = list(path, "/d", {{u"after"_s, after}});
            QCOMPARE(listed.error, QString());
            QVERIFY(listed.files.size() <= 10'000);
            names += listed.names();
            after = listed.next;
            ++parts;
        } while (!after.isEmpty());
        QCOMPARE(parts, 3);
        QCOMPARE(names.size(), 24'997);
        QCOMPARE(QSet<QString>(names.begin(), names.end()).size(), names.size());
        const Listed two = list(path, "/d", {{u"limit"_s, 2ull}});
        QCOMPARE(two.names(), (QStringList{u"0"_s, u"1000"_s}).mid(0, two.files.size()));
        QVERIFY(!two.next.isEmpty());
    }

    void longNamesComeInParts()
    {
        constexpr int kLinks = 3000;
        const QString path = make(u"mkdir /d"_s);
        const QByteArray target(4000, 'x');
        for (int i = 0; i < kLinks; ++i)
            QCOMPARE(::symlink(target.constData(), inUpper(path, "/d/" + QByteArray::number(i)).constData()), 0);
        const Listed first = list(path, "/d");
        QVERIFY2(first.files.size() > 1000 && first.files.size() < kLinks,
                 qPrintable(QString::number(first.files.size())));
        QCOMPARE(first.files.last().value("name"_L1).toString().toUtf8(), first.next);
        QCOMPARE(first.files.last().value("target"_L1).toString().toUtf8(), target);
        const Listed second = list(path, "/d", {{u"after"_s, first.next}});
        QVERIFY(second.next.isEmpty());
        const QStringList names = first.names() + second.names();
        QCOMPARE(names.size(), kLinks);
        QCOMPARE(QSet<QString>(names.begin(), names.end()).size(), names.size());
    }

    void badListings_data()
    {
        QTest::addColumn<QByteArray>("directory");
        QTest::addColumn<QVariantMap>("options");
        QTest::newRow("relative") << QByteArray("etc") << QVariantMap();
        QTest::newRow("dots") << QByteArray("/etc/../..") << QVariantMap();
        QTest::newRow("zero byte") << QByteArray("/a\0b", 4) << QVariantMap();
        QTest::newRow("version") << QByteArray("/") << QVariantMap{{u"version"_s, u"host"_s}};
        QTest::newRow("limit") << QByteArray("/") << QVariantMap{{u"limit"_s, 0ull}};
        QTest::newRow("large limit") << QByteArray("/") << QVariantMap{{u"limit"_s, 10'001ull}};
        QTest::newRow("option") << QByteArray("/") << QVariantMap{{u"follow"_s, true}};
    }
    void badListings()
    {
        QFETCH(QByteArray, directory);
        QFETCH(QVariantMap, options);
        QCOMPARE(list(make(u":"_s), directory, options).error, u"InvalidArgument"_s);
    }

    void anotherUserSeesAndChangesNothing()
    {
        const QString path = make(u"echo secret >/f"_s);
        QCOMPARE(list(path, "/", {}, bob.get()).error, u"NotAuthorized"_s);
        const auto refused = [&](const QString& member, const QVariantList& arguments) {
            return bob->lamella(path, u"Container"_s, member, arguments).errorName().section(u'.', -1);
        };
        const QByteArray file("/f");
        QCOMPARE(refused(u"WriteFile"_s, {file, QVariant::fromValue(memoryFile("his"))}), u"NotAuthorized"_s);
        QCOMPARE(refused(u"MakeDirectory"_s, {QByteArray("/d")}), u"NotAuthorized"_s);
        QCOMPARE(refused(u"MakeSymlink"_s, {QByteArray("/l"), file}), u"NotAuthorized"_s);
        QCOMPARE(refused(u"MoveFile"_s, {file, QByteArray("/g")}), u"NotAuthorized"_s);
        QCOMPARE(refused(u"RemoveFiles"_s, {QVariant::fromValue(QByteArrayList{file})}), u"NotAuthorized"_s);
        QCOMPARE(refused(u"SetFileAttributes"_s, {file}), u"NotAuthorized"_s);
        QCOMPARE(read(path, file), "secret\n");
    }

    void writing_data() { whetherItRuns(); }
    void writing()
    {
        const QString path = make(u"chown 5:6 /etc/passwd; chmod 640 /etc/passwd; ln /etc/passwd /other"_s);
        const QByteArray old = read(path, "/etc/passwd");
        QCOMPARE(write(path, "/etc/passwd", "changed\n", {{u"replaces"_s, digestOf("another")}}), u"DigestMismatch"_s);
        QCOMPARE(read(path, "/etc/passwd"), old);
        QCOMPARE(write(path, "/etc/passwd", "changed\n", {{u"replaces"_s, digestOf(old)}}), QString());
        QCOMPARE(read(path, "/etc/passwd"), "changed\n");
        QCOMPARE(read(path, "/other"), old);
        const QJsonObject now = list(path, "/etc").named(u"passwd"_s);
        QCOMPARE(now.value("mode"_L1).toInt(), 0640);
        QCOMPARE(now.value("uid"_L1).toInt(), 5);
        QCOMPARE(now.value("gid"_L1).toInt(), 6);
        QCOMPARE(now.value("change"_L1).toString(), u"M"_s);

        // A file of the image, and its directory, which were not in the writable layer.
        QCOMPARE(write(path, "/etc/group", "root:x:0:\n"), QString());
        QCOMPARE(list(path, "/").named(u"etc"_s).value("uid"_L1).toInt(), 0);
        QVERIFY(!list(path, "/").named(u"etc"_s).contains("change"_L1));
        QVERIFY(list(path, "/etc").names().contains(u"shadow"_s));

        QCOMPARE(write(path, "/new", "12345", {{u"mode"_s, 04751u}, {u"new"_s, true}}), QString());
        QCOMPARE(write(path, "/new", "again", {{u"new"_s, true}}), u"AlreadyExists"_s);
        QCOMPARE(write(path, "/new", "ab", {{u"offset"_s, 4ull}}), QString());
        QCOMPARE(read(path, "/new"), "1234ab");
        const QJsonObject made = list(path, "/").named(u"new"_s);
        QCOMPARE(made.value("mode"_L1).toInt(), 04751);
        QCOMPARE(made.value("uid"_L1).toInt(), 0);
        QCOMPARE(write(path, "/none", "ab", {{u"offset"_s, 4ull}}), u"NotFound"_s);
        QCOMPARE(write(path, "/none/f", "ab"), u"NotFound"_s);
        QCOMPARE(write(path, "/", "ab"), u"InvalidArgument"_s);
        QCOMPARE(write(path, "/etc", "ab"), u"InvalidArgument"_s);
        noneIsLeft(path);
    }

    // What a container's root may give away counts below it alone: whoever writes the content must not make it the
    // host's.
    void aCapabilityStaysTheContainers_data() { whetherItRuns(); }
    void aCapabilityStaysTheContainers()
    {
        const QString path = make(u"echo 1 >/f; chmod 755 /f"_s);
        const QByteArray file = inUpper(path, "/f");
        struct stat status{};
        QCOMPARE(::stat(file.constData(), &status), 0);
        QVERIFY(status.st_uid != 0);
        vfs_ns_cap_data given{};
        given.magic_etc = VFS_CAP_REVISION_3 | VFS_CAP_FLAGS_EFFECTIVE;
        given.data[0].permitted = 1u << CAP_SYS_ADMIN;
        given.rootid = status.st_uid;
        QCOMPARE(::setxattr(file.constData(), "security.capability", &given, sizeof given, 0), 0);
        QCOMPARE(write(path, "/f", "of the client"), QString());
        QCOMPARE(read(path, "/f"), "of the client");
        vfs_ns_cap_data now{};
        QCOMPARE(::getxattr(file.constData(), "security.capability", &now, sizeof now), ssize_t(sizeof now));
        QCOMPARE(std::memcmp(&now, &given, sizeof now), 0);
    }

    void whatIsOfNobodyInItIsLeftAlone_data() { whetherItRuns(); }
    void whatIsOfNobodyInItIsLeftAlone()
    {
        const QString path = make(u"echo 1 >/f; chmod 600 /f"_s);
        const QByteArray file = inUpper(path, "/f");
        QCOMPARE(::chown(file.constData(), 0, 0), 0);
        QCOMPARE(write(path, "/f", "x"), u"Unsupported"_s);
        QCOMPARE(write(path, "/f", "x", {{u"offset"_s, 0ull}}), u"Unsupported"_s);
        QCOMPARE(ask(path, u"SetFileAttributes"_s, {QByteArray("/f")}, {{u"mode"_s, 04755u}}), u"Unsupported"_s);
        struct stat status{};
        QCOMPARE(::stat(file.constData(), &status), 0);
        QCOMPARE(int(status.st_mode & 07777), 0600);
        QCOMPARE(int(status.st_size), 2);
        noneIsLeft(path);
    }

    void whatTheProgramSees_data() { whetherItRuns(); }
    void whatTheProgramSees()
    {
        const QString path = make(u"i=0; while [ ! -e /go ] && [ $i -lt 100 ]; do [ -e /wait ] || exit 0; sleep 0.1; "
                                  "i=$((i+1)); done; ls -ln /etc/motd2 /dir; readlink /dir/link; cat /etc/passwd"_s,
                                  runs() ? u"touch /wait; echo done; "_s : QString());
        QCOMPARE(write(path, "/etc/passwd", "written\n"), QString());
        QCOMPARE(write(path, "/etc/motd2", "hello\n", {{u"mode"_s, 0600u}}), QString());
        QCOMPARE(ask(path, u"MakeDirectory"_s, {QByteArray("/dir")}, {{u"mode"_s, 01777u}}), QString());
        QCOMPARE(ask(path, u"MakeSymlink"_s, {QByteArray("/dir/link"), QByteArray("../etc")}), QString());
        QCOMPARE(ask(path, u"SetFileAttributes"_s, {QByteArray("/etc/motd2")},
                     {{u"uid"_s, 33u}, {u"gid"_s, 44u}, {u"mode"_s, 02755u}, {u"mtime_usec"_s, qlonglong(1'500'000)}}),
                 QString());
        QCOMPARE(write(path, "/wait", ""), QString());
        QCOMPARE(write(path, "/go", ""), QString());
        if (!runs())
            QCOMPARE(ask(path, u"Start"_s, {}), QString());
        QVERIFY2(QTest::qWaitFor([&] { return alice->log(path).contains("written"_L1); }, 30000),
                 qPrintable(alice->log(path)));
        const QString log = alice->log(path);
        QVERIFY2(log.contains("-rwxr-sr-x    1 33       44"_L1), qPrintable(log));
        QVERIFY2(log.contains("../etc"_L1), qPrintable(log));
        QCOMPARE(list(path, "/").named(u"dir"_s).value("mode"_L1).toInt(), 01777);
        QCOMPARE(list(path, "/etc").named(u"motd2"_s).value("mtime_usec"_L1).toInteger(), 1'500'000);
        QCOMPARE(ask(path, u"SetFileAttributes"_s, {QByteArray("/etc/motd2")}, {{u"mtime_usec"_s, qlonglong(-1)}}),
                 QString());
        QCOMPARE(list(path, "/etc").named(u"motd2"_s).value("mtime_usec"_L1).toInteger(), -1);
        // The file system may have a shortest time, but takes this for none other.
        QCOMPARE(ask(path, u"SetFileAttributes"_s, {QByteArray("/etc/motd2")},
                     {{u"mtime_usec"_s, std::numeric_limits<qlonglong>::min()}}),
                 QString());
        QVERIFY(list(path, "/etc").named(u"motd2"_s).value("mtime_usec"_L1).toInteger() < 0);
    }

    void movingAndRemoving_data() { whetherItRuns(); }
    void movingAndRemoving()
    {
        const QString path = make(u"mkdir -p /a/b; echo 1 >/a/b/f; echo 2 >/two"_s);
        const auto move
            = [&](const QByteArray& from, const QByteArray& to) { return ask(path, u"MoveFile"_s, {from, to}); };
        QCOMPARE(move("/a", "/moved"), QString());
        QCOMPARE(read(path, "/moved/b/f"), "1\n");
        QCOMPARE(move("/two", "/moved/b/f"), u"AlreadyExists"_s);
        QCOMPARE(ask(path, u"MoveFile"_s, {QByteArray("/two"), QByteArray("/moved/b/f")}, {{u"replace"_s, true}}),
                 QString());
        QCOMPARE(read(path, "/moved/b/f"), "2\n");
        QCOMPARE(ask(path, u"MoveFile"_s, {QByteArray("/moved/b/f"), QByteArray("/moved")}, {{u"replace"_s, true}}),
                 u"AlreadyExists"_s);
        QCOMPARE(write(path, "/two", "2\n"), QString());
        QCOMPARE(move("/none", "/x"), u"NotFound"_s);
        QCOMPARE(move("/moved", "/moved/b/c"), u"InvalidArgument"_s);
        QCOMPARE(move("/etc/group", "/etc/groups"), QString());
        QVERIFY(!list(path, "/etc").names().contains(u"group"_s));
        QVERIFY(read(path, "/etc/groups").startsWith("root:"));
        QCOMPARE(move("/root", "/home2"), u"Unsupported"_s);
        QCOMPARE(remove(path, {"/moved", "/two", "/root", "/nothing", "/never/was"}), QString());
        const QStringList left = list(path, "/").names();
        QVERIFY2(!left.contains(u"moved"_s) && !left.contains(u"two"_s) && !left.contains(u"root"_s),
                 qPrintable(left.join(u' ')));
        QCOMPARE(remove(path, {"/"}), u"InvalidArgument"_s);
    }

    void whatIsMountedIsLeftAlone_data() { whetherItRuns(); }
    void whatIsMountedIsLeftAlone()
    {
        const QString path = make(u":"_s);
        QCOMPARE(write(path, "/etc/hosts", "x"), u"Busy"_s);
        QCOMPARE(write(path, "/proc/sys/kernel/hostname", "x"), u"Busy"_s);
        QCOMPARE(write(path, "/dev/null", "x"), u"Busy"_s);
        QCOMPARE(remove(path, {"/etc"}), u"Busy"_s);
        QCOMPARE(ask(path, u"MoveFile"_s, {QByteArray("/etc"), QByteArray("/e")}), u"Busy"_s);
        QCOMPARE(ask(path, u"MakeDirectory"_s, {QByteArray("/proc/d")}), u"Busy"_s);
        QVERIFY(list(path, "/").names().contains(u"etc"_s));
        if (runs())
            QCOMPARE(alice->get(path, u"Container"_s, u"State"_s).toString(), u"running"_s);
    }

    void nothingButRegularFilesIsOpened_data() { whetherItRuns(); }
    void nothingButRegularFilesIsOpened()
    {
        const QString path = make(u"mkfifo /fifo; ln -s /etc/passwd /link; ln -s /etc /dir; ln -s .. /up"_s);
        const QByteArray passwd = read(path, "/etc/passwd");
        for (const char* file :
             {"/fifo", "/link", "/dir/passwd", "/up/etc/passwd", "/etc/../etc/passwd", "etc/passwd"}) {
            for (const QVariantMap& options : {QVariantMap(), QVariantMap{{u"offset"_s, 0ull}}})
                QCOMPARE(write(path, file, "x", options), u"InvalidArgument"_s);
        }
        QCOMPARE(ask(path, u"SetFileAttributes"_s, {QByteArray("/link")}, {{u"mode"_s, 0777u}}), u"InvalidArgument"_s);
        QCOMPARE(ask(path, u"SetFileAttributes"_s, {QByteArray("/link")}, {{u"uid"_s, 7u}}), QString());
        QCOMPARE(list(path, "/").named(u"link"_s).value("uid"_L1).toInt(), 7);
        QCOMPARE(list(path, "/etc").named(u"passwd"_s).value("uid"_L1).toInt(), 0);
        QCOMPARE(remove(path, {"/dir"}), QString());
        QCOMPARE(read(path, "/etc/passwd"), passwd);
        noneIsLeft(path);
    }

    void badChanges()
    {
        const QString path = make(u"echo 1 >/f"_s);
        QCOMPARE(write(path, "/f", "x", {{u"mode"_s, 010000u}}), u"InvalidArgument"_s);
        QCOMPARE(write(path, "/f", "x", {{u"replaces"_s, u"sha256:1"_s}}), u"InvalidArgument"_s);
        QCOMPARE(write(path, "/f", "x", {{u"offset"_s, ~0ull}}), u"InvalidArgument"_s);
        QCOMPARE(write(path, "/f", "x", {{u"offset"_s, 0ull}, {u"mode"_s, 0600u}}), u"InvalidArgument"_s);
        QCOMPARE(write(path, "/f", "x", {{u"offset"_s, 0ull}, {u"new"_s, true}}), u"InvalidArgument"_s);
        QCOMPARE(write(path, "/f", "x", {{u"new"_s, true}, {u"replaces"_s, digestOf("1\n")}}), u"InvalidArgument"_s);
        QCOMPARE(write(path, "/f", QByteArray(17 << 20, 'x')), u"LimitExceeded"_s);
        QCOMPARE(ask(path, u"WriteFile"_s, {QByteArray("/f"), QVariant::fromValue(memoryFile("x", F_SEAL_WRITE))}),
                 u"InvalidArgument"_s);
        QTemporaryFile file;
        QVERIFY(file.open());
        QCOMPARE(
            ask(path, u"WriteFile"_s, {QByteArray("/f"), QVariant::fromValue(QDBusUnixFileDescriptor(file.handle()))}),
            u"InvalidArgument"_s);
        QCOMPARE(ask(path, u"SetFileAttributes"_s, {QByteArray("/f")}, {{u"uid"_s, 70000u}}), u"InvalidArgument"_s);
        QCOMPARE(ask(path, u"MakeSymlink"_s, {QByteArray("/l"), QByteArray()}), u"InvalidArgument"_s);
        QCOMPARE(ask(path, u"MakeSymlink"_s, {QByteArray("/l"), QByteArray("a\0b", 3)}), u"InvalidArgument"_s);
        QCOMPARE(ask(path, u"MakeDirectory"_s, {QByteArray("/f")}), u"AlreadyExists"_s);
        QCOMPARE(read(path, "/f"), "1\n");
    }

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

    void aStoppedOneIsHeldMeanwhile()
    {
        const QString path = make(u"mkdir /d; i=0; while [ $i -lt 20000 ]; do : >/d/$i; i=$((i+1)); done"_s);
        const QString job
            = alice->ask(path, u"Container"_s, u"RemoveFiles"_s, {QVariant::fromValue(QByteArrayList{"/d"})})
                  .value<QDBusObjectPath>()
                  .path();
        const QString started = ask(path, u"Start"_s, {});
        const QString written = write(path, "/f", "x");
        QVERIFY(alice->lamella(job, u"Job"_s, u"Wait"_s).errorName().isEmpty());
        // Whichever is first: it is refused, or the job has ended.
        QVERIFY2(started.isEmpty() || started == "Busy"_L1, qPrintable(started));
        QVERIFY2(written.isEmpty() || written == "Busy"_L1, qPrintable(written));
        if (started.isEmpty())
            QSKIP("the job was over before anything else could be asked for");
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

    void nothingOfTheContractIsForgotten() { QCOMPARE(forgotten(fileMembers()), QStringList()); }

private:
    std::unique_ptr<Client> alice;
    std::unique_ptr<Client> bob;
    QStringList m_made;

    static void whetherItRuns()
    {
        QTest::addColumn<bool>("runs");
        QTest::newRow("running") << true;
        QTest::newRow("stopped") << false;
    }

    /// What the data row says.
    static bool runs()
    {
        const auto* const tag = QTest::currentDataTag();
        return tag && QByteArrayView(tag) == "running";
    }

    /// A container whose script goes on; it has said "done".
    QString start(const QString& script)
    {
        const QString path = alice->run(u"files-%1"_s.arg(m_made.size()), {u"sh"_s, u"-c"_s, script});
        m_made.append(path);
        if (!QTest::qWaitFor([&] { return alice->log(path).contains("done"_L1); }, 30000))
            qWarning("the container is not ready");
        return path;
    }

    /// A container in which `script` has run; of the data row's kind where there is one. `before` runs before it.
    QString make(const QString& script, const QString& before = {})
    {
        if (runs())
            return start(before + script + u"\necho done; exec sleep 1000"_s);
        const QString path = alice->run(u"files-%1"_s.arg(m_made.size()), {u"sh"_s, u"-c"_s, script});
        m_made.append(path);
        if (!alice->waitForState(path, u"stopped"_s))
            qWarning("the container has not ended");
        return path;
    }

    /// The kind of the error; empty: none.
    QString ask(const QString& path, const QString& member, const QVariantList& arguments,
                const QVariantMap& options = {})
    {
        const auto answer = alice->lamella(path, u"Container"_s, member, arguments, options);
        return answer.errorName().section(u'.', -1);
    }

    QString write(const QString& path, const QByteArray& file, const QByteArray& content,
                  const QVariantMap& options = {})
    {
        return ask(path, u"WriteFile"_s, {file, QVariant::fromValue(memoryFile(content))}, options);
    }

    QString remove(const QString& path, const QByteArrayList& files)
    {
        const auto begun = alice->lamella(path, u"Container"_s, u"RemoveFiles"_s, {QVariant::fromValue(files)});
        if (!begun.errorName().isEmpty())
            return begun.errorName().section(u'.', -1);
        const QString job = begun.arguments().constFirst().value<QDBusObjectPath>().path();
        return alice->lamella(job, u"Job"_s, u"Wait"_s).errorName().section(u'.', -1);
    }

    QByteArray read(const QString& path, const QByteArray& file)
    {
        const auto answer = alice->lamella(path, u"Container"_s, u"ReadFile"_s, {file, u"container"_s});
        if (answer.arguments().size() != 2)
            return {};
        return readAll(answer.arguments().at(1).value<QDBusUnixFileDescriptor>().fileDescriptor());
    }

    /// Where the writable layer has it, on the host.
    static QByteArray inUpper(const QString& path, const QByteArray& file)
    {
        return qgetenv("LAMELLA_STATE") + "/containers/" + path.section(u'/', -1).toUtf8() + "/upper" + file;
    }

    /// Of what writing makes meanwhile.
    void noneIsLeft(const QString& path)
    {
        for (const char* directory : {"/", "/etc"}) {
            for (const QString& name : list(path, directory).names())
                QVERIFY2(!name.startsWith(".lamella"_L1), qPrintable(name));
        }
    }

    Listed list(const QString& path, const QByteArray& directory, const QVariantMap& options = {},
                Client* client = nullptr)
    {
        const auto answer
            = (client ? client : alice.get())->lamella(path, u"Container"_s, u"ListDirectory"_s, {directory}, options);
        Listed listed;
        listed.error = answer.errorName().section(u'.', -1);
        if (answer.arguments().size() != 3)
            return listed;
        listed.directory = answer.arguments().at(0).toByteArray();
        listed.next = answer.arguments().at(2).toByteArray();
        const QByteArray lines = readAll(answer.arguments().at(1).value<QDBusUnixFileDescriptor>().fileDescriptor());
        for (const QByteArray& line : lines.split('\n')) {
            if (!line.isEmpty())
                listed.files.append(QJsonDocument::fromJson(line).object());
        }
        return listed;
    }
};

QTEST_GUILESS_MAIN(FilesTest)
#include "tst_files.moc"
