// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dbus/support/contract_members.h"
#include "tests/dbus/support/file_fixture.h"

#include <QDBusObjectPath>
#include <QTemporaryFile>
#include <QTest>

#include <cstring>
#include <limits>
#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <utility>

using namespace Qt::StringLiterals;
using namespace lamella::test;

/// The files of a container, changed by the contract.
class FileChangesTest : public QObject, private FileFixture {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(!alice->loadStarter().isEmpty()); }
    void cleanup() { removeContainers(); }

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
        QCOMPARE(refused(u"SetAttributesBelow"_s, {QVariant::fromValue(QByteArrayList{"/"})}), u"NotAuthorized"_s);
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
        if (!runs())
            QVERIFY(alice->waitForState(path, u"stopped"_s)); // while it ends, nobody changes its files
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

    // Links that lead out of the directory, what is mounted, and what is nobody's are where it ends.
    void attributesOfEverythingBelow_data() { whetherItRuns(); }
    void attributesOfEverythingBelow()
    {
        const QString path
            = make(u"mkdir -p /d/sub/deep; echo 1 >/d/sub/file; cp /bin/busybox /d/program; "
                   "chmod 4711 /d/program; echo 2 >/outside; chmod 640 /outside; mkdir -m 700 /other; "
                   "ln -s /outside /d/link; ln -s /other /d/sub/way; echo 3 >/d/nobodys; mkfifo /d/fifo"_s);
        const QByteArray nobodys = inUpper(path, "/d/nobodys");
        QCOMPARE(::chown(nobodys.constData(), 0, 0), 0);
        const auto [error, result] = setBelow(path, {"/d"}, {{u"mode"_s, 02755u}, {u"uid"_s, 33u}});
        QCOMPARE(error, QString());
        QCOMPARE(result.size(), 3);
        QCOMPARE(result.at(0), u"8"_s); // d, sub, deep, file, program, link, way, fifo
        QCOMPARE(result.at(1), u"1"_s);
        QVERIFY2(result.at(2).contains(u"/d/nobodys"_s), qPrintable(result.at(2)));
        const auto modeOf = [&](const QByteArray& directory, const QString& name) {
            return list(path, directory).named(name).value("mode"_L1).toInt();
        };
        QCOMPARE(modeOf("/", u"d"_s), 02755);
        QCOMPARE(modeOf("/d", u"sub"_s), 02755);
        QCOMPARE(modeOf("/d/sub", u"deep"_s), 02755);
        QCOMPARE(modeOf("/d/sub", u"file"_s), 0644);
        QCOMPARE(modeOf("/d", u"program"_s), 0755);
        QCOMPARE(modeOf("/d", u"fifo"_s), 0644);
        for (const auto& [directory, name] :
             {std::pair{"/d", u"link"_s}, {"/d/sub", u"file"_s}, {"/d/sub", u"way"_s}, {"/", u"d"_s}})
            QCOMPARE(list(path, directory).named(name).value("uid"_L1).toInt(), 33);
        for (const QString& name : {u"outside"_s, u"other"_s})
            QCOMPARE(list(path, "/").named(name).value("uid"_L1).toInt(), 0);
        QCOMPARE(modeOf("/", u"outside"_s), 0640);
        struct stat status{};
        QCOMPARE(::stat(nobodys.constData(), &status), 0);
        QCOMPARE(status.st_uid, 0u);
    }

    // Nothing is copied from the image that is as it should be already; what is mounted keeps what it has.
    void attributesThatAreSoAlready_data() { whetherItRuns(); }
    void attributesThatAreSoAlready()
    {
        const QString path = make(u":"_s);
        const auto [error, result] = setBelow(path, {"/etc"}, {{u"gid"_s, 0u}});
        QCOMPARE(error, QString());
        QVERIFY(result.at(0).toInt() > 3);
        QCOMPARE(alice->changes(path).size(), 0);
        for (const QString& reason : result.sliced(2))
            QVERIFY2(reason.contains(u"mounted at /etc/"_s), qPrintable(reason));
        QCOMPARE(result.at(1).toInt(), 3); // hosts, hostname, resolv.conf
        QCOMPARE(setBelow(path, {"/proc"}, {{u"gid"_s, 0u}}).first, u"Busy"_s);
        QCOMPARE(setBelow(path, {"/none"}, {{u"gid"_s, 0u}}).first, u"NotFound"_s);
        QCOMPARE(setBelow(path, {"/etc"}, {{u"gid"_s, 70000u}}).first, u"InvalidArgument"_s);
        QCOMPARE(setBelow(path, {"/etc"}, {{u"mode"_s, 010000u}}).first, u"InvalidArgument"_s);
    }

    // One of several that cannot be changed does not keep the others from it, nor from being counted.
    void attributesOfSeveral_data() { whetherItRuns(); }
    void attributesOfSeveral()
    {
        const QString path = make(u"mkdir /first /last /nobodys; echo 1 >/first/f; echo 2 >/nobodys/f"_s);
        QCOMPARE(::chown(inUpper(path, "/nobodys").constData(), 0, 0), 0);
        const auto [error, result]
            = setBelow(path, {"/first", "/proc", "/none", "/nobodys", "/last"}, {{u"mode"_s, 0750u}});
        QCOMPARE(error, QString());
        QCOMPARE(result.first(2), (QStringList{u"4"_s, u"3"_s})); // first, f, nobodys/f, last
        const QString reasons = result.sliced(2).join(u'\n');
        for (const QString& refused : {u"/proc"_s, u"none"_s, u"/nobodys"_s})
            QVERIFY2(reasons.contains(refused), qPrintable(reasons));
        for (const QString& name : {u"first"_s, u"last"_s})
            QCOMPARE(list(path, "/").named(name).value("mode"_L1).toInt(), 0750);
        QCOMPARE(list(path, "/nobodys").named(u"f"_s).value("mode"_L1).toInt(), 0640);
        // What is below a single one is told as well.
        QCOMPARE(setBelow(path, {"/nobodys"}, {{u"mode"_s, 0700u}}).second.first(2), (QStringList{u"1"_s, u"1"_s}));
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

    // Deep below each other, and many beside each other.
    void attributesOfALargeTree()
    {
        const QString path
            = make(u"mkdir /d; cd /d; i=0; while [ $i -lt 3000 ]; do mkdir -p $((i/100))/$i; i=$((i+1)); "
                   "done; cd /; i=0; p=/deep; while [ $i -lt 150 ]; do p=$p/x; i=$((i+1)); done; "
                   "mkdir -p $p"_s);
        const auto [error, result] = setBelow(path, {"/d", "/deep"}, {{u"mode"_s, 0700u}});
        QCOMPARE(error, QString());
        QCOMPARE(result, (QStringList{QString::number(1 + 30 + 3000 + 1 + 150), u"0"_s}));
        QCOMPARE(list(path, "/d/29").named(u"2999"_s).value("mode"_L1).toInt(), 0700);
    }

    // What no path leads to is counted among what was not changed.
    void attributesOfWhatIsTooDeepForAPath()
    {
        const QString path = make(u"n=$(printf 'n%.0s' $(seq 250)); mkdir /abyss; cd /abyss; i=0; "
                                  "while [ $i -lt 20 ]; do mkdir $n; cd ./$n; i=$((i+1)); done"_s);
        const auto [error, result] = setBelow(path, {"/abyss"}, {{u"mode"_s, 0700u}});
        QCOMPARE(error, QString());
        QVERIFY2(result.at(0).toInt() > 14 && result.at(0).toInt() < 20, qPrintable(result.at(0)));
        QCOMPARE(result.at(1), u"1"_s);
    }

    void nothingOfTheContractIsForgotten() { QCOMPARE(forgotten(fileMembers()), QStringList()); }

private:
    /// The kind of the call's or the job's error, and the job's result.
    std::pair<QString, QStringList> setBelow(const QString& path, const QByteArrayList& files,
                                             const QVariantMap& options)
    {
        const auto begun
            = alice->lamella(path, u"Container"_s, u"SetAttributesBelow"_s, {QVariant::fromValue(files)}, options);
        if (!begun.errorName().isEmpty())
            return {begun.errorName().section(u'.', -1), {}};
        const QString job = begun.arguments().constFirst().value<QDBusObjectPath>().path();
        const auto ended = alice->lamella(job, u"Job"_s, u"Wait"_s);
        return {ended.errorName().section(u'.', -1), ended.arguments().value(0).toStringList()};
    }
};

QTEST_GUILESS_MAIN(FileChangesTest)
#include "tst_file_changes.moc"
