// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dbus/support/file_fixture.h"

#include <QTest>

#include <algorithm>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace lamella::test;

/// The files of a container, looked through by the contract.
class FilesTest : public QObject, private FileFixture {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(!alice->loadStarter().isEmpty()); }
    void cleanup() { removeContainers(); }

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
};

QTEST_GUILESS_MAIN(FilesTest)
#include "tst_files.moc"
