// SPDX-License-Identifier: GPL-3.0-or-later
#include "resources/dbus/types.h"
#include "tests/dbus/support/contract_members.h"
#include "tests/dbus/support/file_fixture.h"
#include "tests/dbus/support/image_fixture.h"
#include "tests/support/layout/layout.h"

#include <QCryptographicHash>
#include <QDBusPendingReply>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

using namespace Qt::StringLiterals;
using namespace lamella;
using namespace lamella::test;

namespace {

void writeFile(const QString& path, const QByteArray& content)
{
    QFile file(path);
    if (!QDir().mkpath(path.section(u'/', 0, -2)) || !file.open(QIODevice::WriteOnly)
        || file.write(content) != content.size())
        qFatal("cannot write a file of the image");
}

void makeLink(const QByteArray& target, const QString& path)
{
    if (::symlink(target.constData(), QFile::encodeName(path).constData()) != 0)
        qFatal("cannot make a link of the image");
}

void makeNode(const QString& path, mode_t mode, dev_t device = 0)
{
    if (::mknod(QFile::encodeName(path).constData(), mode, device) != 0)
        qFatal("cannot make a node of the image");
}

/// What whoever makes an image may put in it, to lead out of it or to keep its reader waiting.
void fillBottom(const QString& tree)
{
    writeFile(tree + u"/etc/passwd"_s, "of the image\n");
    writeFile(tree + u"/etc/group"_s, "below\n");
    writeFile(tree + u"/d/gone"_s, "1");
    writeFile(tree + u"/d/stays"_s, "2");
    writeFile(tree + u"/opaque/old"_s, "3");
    writeFile(tree + u"/replaced"_s, "a file");
    writeFile(tree + u"/large"_s, QByteArray(300'000, 'x') + "end");
    makeLink("/etc", tree + u"/absolute"_s);
    makeLink("../../../../../../etc", tree + u"/up"_s);
    makeLink("loop", tree + u"/loop"_s);
    makeLink("/", tree + u"/root"_s);
    makeLink("/etc/passwd", tree + u"/secret"_s);
    makeLink("/proc/self/environ", tree + u"/environ"_s);
    makeNode(tree + u"/fifo"_s, S_IFIFO | 0644);
    makeNode(tree + u"/zero"_s, S_IFCHR | 0666, makedev(1, 5));
    makeNode(tree + u"/disk"_s, S_IFBLK | 0666, makedev(7, 0));
    for (int i = 0; i < 25; ++i)
        writeFile(tree + u"/many/%1"_s.arg(i), {});
}

void fillTop(const QString& tree)
{
    writeFile(tree + u"/etc/group"_s, "above\n");
    writeFile(tree + u"/d/.wh.gone"_s, {});
    writeFile(tree + u"/opaque/.wh..wh..opq"_s, {});
    writeFile(tree + u"/opaque/new"_s, "4");
    writeFile(tree + u"/replaced/within"_s, "a directory by now");
}

bool isOpenInHelper(const QString& end)
{
    for (const pid_t pid : processesOf("lamella-helper")) {
        const QDir files(u"/proc/%1/fd"_s.arg(pid));
        for (const QString& name : files.entryList(QDir::Files | QDir::System)) {
            if (QFile::symLinkTarget(files.filePath(name)).endsWith(end))
                return true;
        }
    }
    return false;
}

} // namespace

/// The files of an image, looked through by the contract.
class ImageFilesTest : public QObject, private ImageFixture {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        const QString image = load();
        QVERIFY(!image.isEmpty());
        m_path = pathOf(image);
        for (const dbus::Layer& layer : qdbus_cast<dbus::LayerList>(alice->get(m_path, u"Image"_s, u"Layers"_s)))
            m_layers.append(layer.diffId);
        QCOMPARE(m_layers.size(), 2);
    }

    void cleanupTestCase() { leaveNothing(); }

    void whatADirectoryHolds()
    {
        const Listed root = list("/");
        QCOMPARE(root.error, QString());
        QCOMPARE(root.directory, "/");
        QVERIFY(root.next.isEmpty());
        QStringList sorted = root.names();
        std::ranges::sort(sorted);
        QCOMPARE(root.names(), sorted);
        for (const QJsonObject& file : root.files) {
            for (const auto& ofContainers : {u"change"_s, u"copied_up"_s, u"mounted"_s})
                QVERIFY2(!file.contains(ofContainers), qPrintable(file.value("name"_L1).toString()));
        }
        QCOMPARE(root.named(u"fifo"_s).value("type"_L1).toString(), u"fifo"_s);
        QCOMPARE(root.named(u"zero"_s).value("type"_L1).toString(), u"char"_s);
        QCOMPARE(root.named(u"up"_s).value("target"_L1).toString(), u"../../../../../../etc"_s);
        const Listed etc = list("/etc");
        QCOMPARE(etc.named(u"group"_s).value("layer"_L1).toString(), m_layers.last());
        QCOMPARE(etc.named(u"passwd"_s).value("layer"_L1).toString(), m_layers.first());
        QCOMPARE(etc.named(u"passwd"_s).value("size"_L1).toInt(), 13);
        QCOMPARE(etc.named(u"passwd"_s).value("uid"_L1).toInt(), 0);
    }

    void whatIsDeletedIsNotThere()
    {
        QCOMPARE(list("/d").names(), QStringList{u"stays"_s});
        QCOMPARE(list("/opaque").names(), QStringList{u"new"_s});
        QCOMPARE(list("/replaced").names(), QStringList{u"within"_s});
        QVERIFY(!infoOf("/d/gone").exists);
        QVERIFY(!infoOf("/opaque/old").exists);
        QCOMPARE(list("/d/gone").error, u"NotFound"_s);
        QCOMPARE(list("/d/stays").error, u"InvalidArgument"_s);
    }

    void linksAreFollowedWithin()
    {
        for (const char* way : {"/absolute", "/up", "/root/root/up", "/root/./absolute"}) {
            const Listed etc = list(way);
            QCOMPARE(etc.directory, "/etc");
            QCOMPARE(etc.names(), (QStringList{u"group"_s, u"passwd"_s}));
        }
        QCOMPARE(list("/loop").error, u"InvalidArgument"_s);
        QCOMPARE(list("/secret").error, u"InvalidArgument"_s);
        QCOMPARE(list("/environ").error, u"NotFound"_s);
    }

    // No link is followed, and nothing but regular files is opened: no reader waits for the other end of a pipe.
    void onlyItsOwnFilesAreRead_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("type");
        QTest::addColumn<QByteArray>("content");
        QTest::newRow("file") << QByteArray("/etc/passwd") << u"file"_s << QByteArray("of the image\n");
        QTest::newRow("of the upper layer") << QByteArray("/etc/group") << u"file"_s << QByteArray("above\n");
        QTest::newRow("link") << QByteArray("/secret") << u"symlink"_s << QByteArray();
        QTest::newRow("link to /proc") << QByteArray("/environ") << u"symlink"_s << QByteArray();
        QTest::newRow("through a link") << QByteArray("/up/passwd") << QString() << QByteArray();
        QTest::newRow("fifo") << QByteArray("/fifo") << u"fifo"_s << QByteArray();
        QTest::newRow("device") << QByteArray("/zero") << u"char"_s << QByteArray();
        QTest::newRow("disk") << QByteArray("/disk") << u"block"_s << QByteArray();
        QTest::newRow("directory") << QByteArray("/etc") << u"directory"_s << QByteArray();
        QTest::newRow("nothing") << QByteArray("/none") << QString() << QByteArray();
    }
    void onlyItsOwnFilesAreRead()
    {
        QFETCH(QByteArray, file);
        QFETCH(QString, type);
        QFETCH(QByteArray, content);
        const QDBusMessage answer = read(file);
        QCOMPARE(answer.errorName(), QString());
        const auto info = qdbus_cast<dbus::FileInfo>(answer.arguments().constFirst());
        QCOMPARE(info.exists, !type.isEmpty());
        QCOMPARE(info.type, type);
        QCOMPARE(contentOf(answer), content);
    }

    void aFileComesInParts()
    {
        const QDBusMessage end = read("/large", {{u"offset"_s, 299'999ull}, {u"digest"_s, true}});
        QCOMPARE(contentOf(end), "xend");
        const auto info = qdbus_cast<dbus::FileInfo>(end.arguments().constFirst());
        QCOMPARE(info.sizeBytes, 300'003ull);
        QCOMPARE(info.digest, digestOf(QByteArray(300'000, 'x') + "end"));
        QCOMPARE(info.layer, m_layers.first());
        QCOMPARE(contentOf(read("/large", {{u"length"_s, 3ull}})), "xxx");
        QCOMPARE(read("/large", {{u"length"_s, ~0ull}}).errorName(), errorName(u"InvalidArgument"_s));
    }

    void aDirectoryComesInParts()
    {
        QStringList names;
        QByteArray after;
        int parts = 0;
        do {
            const Listed part = list("/many", {{u"after"_s, after}, {u"limit"_s, 10ull}});
            names += part.names();
            after = part.next;
            ++parts;
        } while (!after.isEmpty() && parts < 10);
        QCOMPARE(parts, 3);
        QCOMPARE(names.size(), 25);
        QCOMPARE(names, list("/many").names());
    }

    void badRequests_data()
    {
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<QVariantMap>("options");
        QTest::newRow("relative") << QByteArray("etc") << QVariantMap();
        QTest::newRow("dots") << QByteArray("/etc/../..") << QVariantMap();
        QTest::newRow("zero byte") << QByteArray("/a\0b", 4) << QVariantMap();
        QTest::newRow("limit") << QByteArray("/") << QVariantMap{{u"limit"_s, 0ull}};
        QTest::newRow("version") << QByteArray("/") << QVariantMap{{u"version"_s, u"container"_s}};
    }
    void badRequests()
    {
        QFETCH(QByteArray, path);
        QFETCH(QVariantMap, options);
        QCOMPARE(list(path, options).error, u"InvalidArgument"_s);
        QCOMPARE(read(path, options).errorName(), errorName(u"InvalidArgument"_s));
    }

    // bob, who may read what is his, and carol, who may nothing.
    void anotherUserSeesNothing()
    {
        Client carol(65534);
        for (Client* other : {bob.get(), &carol}) {
            for (const QString& member : {u"ListDirectory"_s, u"ReadFile"_s})
                QCOMPARE(other->lamella(m_path, u"Image"_s, member, {QByteArray("/etc")}).errorName(),
                         errorName(u"NotAuthorized"_s));
        }
    }

    // Last: it removes the image. The file is made long where it lies, so that reading it takes a while.
    void aRemovedImageIsReadToTheEnd()
    {
        constexpr off_t kLong = off_t{1} << 30;
        const QStringList layers = layersOnDisk();
        QCOMPARE(layers.size(), 2);
        QString large;
        for (const QString& layer : layers) {
            const QString file = u"%1/layers/%2/diff/large"_s.arg(qEnvironmentVariable("LAMELLA_STATE"), layer);
            if (QFile::exists(file))
                large = file;
        }
        QCOMPARE(::truncate(QFile::encodeName(large).constData(), kLong), 0);
        QDBusMessage message = QDBusMessage::createMethodCall(u"org.lamella.Lamella1"_s, m_path,
                                                              u"org.lamella.Lamella1.Image"_s, u"ReadFile"_s);
        message.setArguments(
            {QByteArray("/large"), QVariantMap{{u"offset"_s, 299'999ull}, {u"length"_s, 10ull}, {u"digest"_s, true}}});
        QDBusPendingCall call = alice->bus().asyncCall(message, 60000);
        QVERIFY(QTest::qWaitFor([] { return isOpenInHelper(u"/diff/large"_s); }, 30000));
        QCOMPARE(alice->lamella(m_path, u"Image"_s, u"Remove"_s).errorName(), QString());
        QVERIFY2(isOpenInHelper(u"/diff/large"_s), "the file was read before the image was removed");
        QCOMPARE(layersOnDisk(), layers);
        call.waitForFinished();
        QCOMPARE(call.reply().errorName(), QString());
        QVERIFY(!qdbus_cast<dbus::FileInfo>(call.reply().arguments().constFirst()).digest.isEmpty());
        QCOMPARE(contentOf(call.reply()), QByteArray("xend") + QByteArray(6, '\0'));
        QVERIFY(QTest::qWaitFor([] { return layersOnDisk().isEmpty(); }, 30000));
    }

    void nothingOfTheContractIsForgotten() { QCOMPARE(forgotten(imageFileMembers()), QStringList()); }

private:
    QString m_path;
    QStringList m_layers; ///< diffIDs, from the bottom

    QString load()
    {
        QTemporaryDir place(u"/var/tmp/lamella-image-XXXXXX"_s);
        const QString bottom = place.filePath(u"bottom"_s);
        const QString top = place.filePath(u"top"_s);
        const QString layout = place.filePath(u"layout"_s);
        fillBottom(bottom);
        fillTop(top);
        // The layout is read with alice's rights.
        if (!writeLayout(layout, u"hostile:1"_s, {bottom, top}, {})
            || ::chmod(QFile::encodeName(place.path()).constData(), 0755) != 0)
            qFatal("there is no image");
        const QString job = begin(u"LoadImage"_s, {QVariant::fromValue(opened(layout, O_RDONLY | O_DIRECTORY))});
        return alice->ask(job, u"Job"_s, u"Wait"_s).toStringList().value(0);
    }

    Listed list(const QByteArray& directory, const QVariantMap& options = {})
    {
        return listingOf(alice->lamella(m_path, u"Image"_s, u"ListDirectory"_s, {directory}, options));
    }

    QDBusMessage read(const QByteArray& file, const QVariantMap& options = {})
    {
        return alice->lamella(m_path, u"Image"_s, u"ReadFile"_s, {file}, options);
    }

    dbus::FileInfo infoOf(const QByteArray& file)
    {
        return qdbus_cast<dbus::FileInfo>(read(file).arguments().value(0));
    }
};

QTEST_GUILESS_MAIN(ImageFilesTest)
#include "tst_image_files.moc"
