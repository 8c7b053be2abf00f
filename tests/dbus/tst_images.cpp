// SPDX-License-Identifier: GPL-3.0-or-later
#include "resources/dbus/types.h"
#include "tests/dbus/support/contract_members.h"
#include "tests/dbus/support/image_fixture.h"

#include <QCryptographicHash>
#include <QDBusArgument>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <fcntl.h>

using namespace Qt::StringLiterals;
using namespace lamella;
using namespace lamella::test;

namespace {

/// What tar(1) lists of an archive, long and with numbers for owners.
QStringList tarList(const QString& file)
{
    QProcess tar;
    tar.start(u"tar"_s, {u"--numeric-owner"_s, u"-tvf"_s, file});
    if (!tar.waitForFinished(60000) || tar.exitCode() != 0)
        qFatal("tar does not read the archive: %s", tar.readAllStandardError().constData());
    return QString::fromUtf8(tar.readAllStandardOutput()).split(u'\n', Qt::SkipEmptyParts);
}

/// What an image's config says of how it runs.
QJsonObject configOf(const QString& id)
{
    QFile file(qEnvironmentVariable("LAMELLA_STATE") + u"/blobs/sha256/"_s + id.section(u':', 1));
    if (!file.open(QIODevice::ReadOnly))
        qFatal("the config is not where it belongs");
    return QJsonDocument::fromJson(file.readAll()).object().value("config"_L1).toObject();
}

QJsonObject writeBlob(const QString& layout, const char* mediaType, const QByteArray& bytes)
{
    const QByteArray hex = QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
    QFile file(layout + u"/blobs/sha256/"_s + QString::fromLatin1(hex));
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("cannot write a blob");
    return {{u"mediaType"_s, QLatin1StringView(mediaType)},
            {u"digest"_s, QString::fromLatin1("sha256:" + hex)},
            {u"size"_s, bytes.size()}};
}

/// A layout with an image of one layer for a machine that there is none of here.
void writeForeignLayout(const QString& layout)
{
    const auto text = [](const QJsonObject& object) { return QJsonDocument(object).toJson(QJsonDocument::Compact); };
    if (!QDir().mkpath(layout + u"/blobs/sha256"_s))
        qFatal("cannot make the layout");
    const QJsonObject layer
        = writeBlob(layout, "application/vnd.oci.image.layer.v1.tar", QByteArray(1024, '\0')); // an empty archive
    const QJsonObject config = writeBlob(
        layout, "application/vnd.oci.image.config.v1+json",
        text({{u"architecture"_s, u"vax"_s},
              {u"os"_s, u"linux"_s},
              {u"rootfs"_s, QJsonObject{{u"type"_s, u"layers"_s}, {u"diff_ids"_s, QJsonArray{layer[u"digest"_s]}}}}}));
    const QJsonObject manifest
        = writeBlob(layout, "application/vnd.oci.image.manifest.v1+json",
                    text({{u"schemaVersion"_s, 2}, {u"config"_s, config}, {u"layers"_s, QJsonArray{layer}}}));
    for (const auto& [name, content] :
         {std::pair(u"oci-layout"_s, QJsonObject{{u"imageLayoutVersion"_s, u"1.0.0"_s}}),
          {u"index.json"_s, QJsonObject{{u"schemaVersion"_s, 2}, {u"manifests"_s, QJsonArray{manifest}}}}}) {
        QFile file(layout + u'/' + name);
        if (!file.open(QIODevice::WriteOnly) || file.write(text(content)) <= 0)
            qFatal("cannot write the layout");
    }
}

} // namespace

/// Images in files, in the store and made of containers, through the bus, as a user who may manage what is his.
class ImagesTest : public QObject, private ImageFixture {
    Q_OBJECT

private:
    /// Each layer that was read shows how far it was.
    void checkParts(const QString& job)
    {
        const auto parts = qdbus_cast<dbus::JobParts>(alice->get(job, u"Job"_s, u"Parts"_s));
        QVERIFY(!parts.isEmpty());
        for (const dbus::JobPart& part : parts) {
            QVERIFY(part.name.startsWith("sha256:"_L1));
            QVERIFY(part.bytesTotal > 0);
            QCOMPARE(part.bytesDone, part.bytesTotal);
        }
    }

private Q_SLOTS:
    void initTestCase() { alice->objects(); }

    void cleanup() { leaveNothing(); }

    void namesComeAndGo()
    {
        const QString id = alice->loadStarter();
        const QString path = pathOf(id);
        alice->ask(path, u"Image"_s, u"Tag"_s, {u"docker.io/library/mine"_s});
        QCOMPARE(image(id, u"References"_s).toStringList(),
                 (QStringList{u"docker.io/library/mine:latest"_s, u"docker.io/library/starter:latest"_s}));
        // What a person writes finds it.
        const QString container
            = alice->ask(kRoot, u"Manager"_s, u"CreateContainer"_s, {u"mine"_s, QString(), QStringList{u"true"_s}})
                  .value<QDBusObjectPath>()
                  .path();
        QCOMPARE(alice->get(container, u"Container"_s, u"ImageId"_s).toString(), id);
        alice->discard(container);
        alice->ask(path, u"Image"_s, u"Untag"_s, {u"mine"_s});
        QCOMPARE(image(id, u"References"_s).toStringList(), QStringList{u"docker.io/library/starter:latest"_s});
        QCOMPARE(alice->lamella(path, u"Image"_s, u"Untag"_s, {u"not:there"_s}).errorName(), errorName(u"NotFound"_s));
        QCOMPARE(alice->lamella(path, u"Image"_s, u"Tag"_s, {u"not a name"_s}).errorName(),
                 errorName(u"InvalidArgument"_s));
        QCOMPARE(bob->lamella(path, u"Image"_s, u"Tag"_s, {u"his"_s}).errorName(), errorName(u"NotAuthorized"_s));
    }

    void documentsAreShownAsTheyAre()
    {
        const QString id = alice->loadStarter();
        const QDBusMessage documents = alice->lamella(pathOf(id), u"Image"_s, u"Inspect"_s);
        QVERIFY2(documents.arguments().size() == 2, qPrintable(documents.errorMessage()));
        const QByteArray config = documents.arguments().at(1).toString().toUtf8();
        QCOMPARE(u"sha256:"_s
                     + QString::fromLatin1(QCryptographicHash::hash(config, QCryptographicHash::Sha256).toHex()),
                 id);
        QVERIFY(documents.arguments().at(0).toString().contains(id));
        const auto history = qdbus_cast<dbus::History>(alice->ask(pathOf(id), u"Image"_s, u"GetHistory"_s));
        quint64 bytes = 0;
        for (const dbus::HistoryStep& step : history)
            bytes += step.sizeBytes;
        QCOMPARE(bytes, image(id, u"SizeBytes"_s).toULongLong());
        QVERIFY(std::ranges::any_of(history, [](const dbus::HistoryStep& step) { return !step.createdBy.isEmpty(); }));
    }

    void savedImagesAreLoadedAgain_data()
    {
        QTest::addColumn<QVariantMap>("options");
        for (const QString& compression : {u"none"_s, u"gzip"_s, u"zstd"_s})
            QTest::addRow("oci-archive %s", qPrintable(compression))
                << QVariantMap{{u"format"_s, u"oci-archive"_s}, {u"compression"_s, compression}};
        QTest::newRow("docker-archive") << QVariantMap{{u"format"_s, u"docker-archive"_s}};
        QTest::newRow("as nobody says") << QVariantMap();
    }

    void savedImagesAreLoadedAgain()
    {
        QFETCH(QVariantMap, options);
        const QString id = alice->loadStarter();
        const QString file = qEnvironmentVariable("LAMELLA_SESSION") + u"/saved.tar"_s;
        const QString job = begin(
            u"SaveImages"_s,
            {QStringList{u"starter"_s}, QVariant::fromValue(opened(file, O_WRONLY | O_CREAT | O_TRUNC))}, options);
        alice->ask(job, u"Job"_s, u"Wait"_s);
        removeImages();
        const QString loaded = begin(u"LoadImage"_s, {QVariant::fromValue(opened(file, O_RDONLY))});
        QCOMPARE(alice->ask(loaded, u"Job"_s, u"Wait"_s).toStringList(), QStringList{id});
        QVERIFY(image(id, u"References"_s).toStringList().join(u' ').contains("docker.io/library/starter:latest"_L1));
    }

    void imagesAreSavedIntoADirectory()
    {
        const QString id = alice->loadStarter();
        const QString path = qEnvironmentVariable("LAMELLA_SESSION") + u"/saved-layout"_s;
        QVERIFY(QDir().mkpath(path));
        QCOMPARE(::chown(qPrintable(path), 4242, 4242), 0);
        const auto save = [&](const QVariantMap& options) {
            return alice->lamella(kRoot, u"Manager"_s, u"SaveImages"_s,
                                  {QStringList{u"starter"_s}, QVariant::fromValue(opened(path, O_RDONLY))}, options);
        };
        QCOMPARE(save({}).errorName(), errorName(u"InvalidArgument"_s)); // an archive needs a file
        const QVariantMap layout{{u"format"_s, u"oci-dir"_s}};
        const QString job = save(layout).arguments().value(0).value<QDBusObjectPath>().path();
        alice->ask(job, u"Job"_s, u"Wait"_s);
        QCOMPARE(errorOf(save(layout).arguments().value(0).value<QDBusObjectPath>().path()),
                 errorName(u"InvalidArgument"_s)); // there is one
        removeImages();
        const QString loaded = begin(u"LoadImage"_s, {QVariant::fromValue(opened(path, O_RDONLY))});
        QCOMPARE(alice->ask(loaded, u"Job"_s, u"Wait"_s).toStringList(), QStringList{id});
        checkParts(loaded);
    }

    /// Images for other machines are there to be looked at and passed on.
    void imagesOfOtherMachinesDoNotRun()
    {
        const QString layout = qEnvironmentVariable("LAMELLA_SESSION") + u"/foreign"_s;
        writeForeignLayout(layout);
        const auto load = [&](const QVariantMap& options) {
            return begin(u"LoadImage"_s, {QVariant::fromValue(opened(layout, O_RDONLY))}, options);
        };
        QCOMPARE(errorOf(load({})), errorName(u"Unsupported"_s));
        const QString job = load({{u"platform"_s, u"linux/vax"_s}});
        const QString id = alice->ask(job, u"Job"_s, u"Wait"_s).toStringList().value(0);
        QCOMPARE(image(id, u"Platform"_s).toString(), u"linux/vax"_s);
        const QDBusMessage refused
            = alice->lamella(kRoot, u"Manager"_s, u"CreateContainer"_s, {id, QString(), QStringList{u"true"_s}});
        QCOMPARE(refused.errorName(), errorName(u"Unsupported"_s));
        QVERIFY2(refused.errorMessage().contains("linux/vax"_L1), qPrintable(refused.errorMessage()));
        QCOMPARE(alice
                     ->lamella(kRoot, u"Manager"_s, u"LoadImage"_s, {QVariant::fromValue(opened(layout, O_RDONLY))},
                               {{u"platform"_s, u"vax"_s}})
                     .errorName(),
                 errorName(u"InvalidArgument"_s));
    }

    void savingIsRefused_data()
    {
        QTest::addColumn<QStringList>("images");
        QTest::addColumn<int>("flags");
        QTest::addColumn<QVariantMap>("options");
        QTest::addColumn<QString>("error");
        const QStringList known{u"starter"_s};
        const int writes = O_WRONLY | O_CREAT;
        QTest::newRow("unknown image") << QStringList{u"starter"_s, u"nothing"_s} << writes << QVariantMap()
                                       << u"NotFound"_s;
        QTest::newRow("no image") << QStringList() << writes << QVariantMap() << u"InvalidArgument"_s;
        QTest::newRow("opened for reading") << known << (O_RDONLY | O_CREAT) << QVariantMap() << u"InvalidArgument"_s;
        QTest::newRow("unknown format") << known << writes << QVariantMap{{u"format"_s, u"zip"_s}}
                                        << u"InvalidArgument"_s;
        QTest::newRow("unknown compression")
            << known << writes << QVariantMap{{u"compression"_s, u"xz"_s}} << u"InvalidArgument"_s;
    }

    void savingIsRefused()
    {
        QFETCH(QStringList, images);
        QFETCH(int, flags);
        QFETCH(QVariantMap, options);
        QFETCH(QString, error);
        alice->loadStarter();
        const QString file = qEnvironmentVariable("LAMELLA_SESSION") + u"/refused.tar"_s;
        QCOMPARE(alice
                     ->lamella(kRoot, u"Manager"_s, u"SaveImages"_s, {images, QVariant::fromValue(opened(file, flags))},
                               options)
                     .errorName(),
                 errorName(error));
        QCOMPARE(QFileInfo(file).size(), 0);
    }

    void treesAreImported()
    {
        QTemporaryDir tree;
        QVERIFY(QFile::copy(u"/bin/busybox"_s, tree.filePath(u"busybox"_s)));
        const QString file = tree.path() + u".tar"_s;
        QCOMPARE(
            QProcess::execute(u"tar"_s, {u"--owner=0"_s, u"--group=0"_s, u"-C"_s, tree.path(), u"-cf"_s, file, u"."_s}),
            0);
        const QVariantMap options{{u"command"_s, QStringList{u"/busybox"_s, u"echo"_s, u"imported"_s}},
                                  {u"env"_s, QStringList{u"A=b"_s}},
                                  {u"working_dir"_s, u"/"_s},
                                  {u"author"_s, u"Alice"_s}};
        const QString job
            = begin(u"ImportImage"_s, {QVariant::fromValue(opened(file, O_RDONLY)), u"imported"_s}, options);
        const QStringList ids = alice->ask(job, u"Job"_s, u"Wait"_s).toStringList();
        const auto total = alice->get(job, u"Job"_s, u"BytesTotal"_s).toULongLong();
        QCOMPARE(total, static_cast<qulonglong>(QFileInfo(file).size()));
        QCOMPARE(alice->get(job, u"Job"_s, u"BytesDone"_s).toULongLong(), total);
        QFile::remove(file);
        QCOMPARE(ids.size(), 1);
        QCOMPARE(image(ids.at(0), u"Env"_s).toStringList(), QStringList{u"A=b"_s});
        QVERIFY(alice->ask(pathOf(ids.at(0)), u"Image"_s, u"Inspect"_s).isValid());
        const QString container = alice
                                      ->ask(kRoot, u"Manager"_s, u"CreateContainer"_s,
                                            {ids.at(0), QString(), QStringList()}, {{u"start"_s, true}})
                                      .value<QDBusObjectPath>()
                                      .path();
        QVERIFY(alice->waitForState(container, u"stopped"_s));
        QVERIFY(alice->log(container).contains("imported"_L1));
        alice->discard(container);
        const QDBusMessage refused = alice->lamella(kRoot, u"Manager"_s, u"ImportImage"_s,
                                                    {QVariant::fromValue(opened(u"/etc"_s, O_RDONLY)), QString()});
        QCOMPARE(refused.errorName(), errorName(u"InvalidArgument"_s));
    }

    /// A device in an image is a file like any other on disk, and opens nothing in a container.
    void aDeviceOfAnImageIsNone()
    {
        QTemporaryDir tree;
        QVERIFY(QFile::copy(u"/bin/busybox"_s, tree.filePath(u"busybox"_s)));
        QCOMPARE(QProcess::execute(u"mknod"_s, {u"-m"_s, u"666"_s, tree.filePath(u"zero"_s), u"c"_s, u"1"_s, u"5"_s}),
                 0);
        const QString file = tree.path() + u".tar"_s;
        QCOMPARE(
            QProcess::execute(u"tar"_s, {u"--owner=0"_s, u"--group=0"_s, u"-C"_s, tree.path(), u"-cf"_s, file, u"."_s}),
            0);
        const QString job = begin(u"ImportImage"_s, {QVariant::fromValue(opened(file, O_RDONLY)), u"device"_s}, {});
        QCOMPARE(alice->ask(job, u"Job"_s, u"Wait"_s).toStringList().size(), 1);
        QFile::remove(file);
        const QString script = u"test -c /zero && echo there; head -c 1 /zero >/dev/null || echo refused; "
                               "head -c 1 /dev/zero >/dev/null && echo its own"_s;
        const QString container
            = alice
                  ->ask(kRoot, u"Manager"_s, u"CreateContainer"_s,
                        {u"device"_s, QString(), QStringList{u"/busybox"_s, u"sh"_s, u"-c"_s, script}},
                        {{u"start"_s, true}})
                  .value<QDBusObjectPath>()
                  .path();
        QVERIFY(alice->waitForState(container, u"stopped"_s));
        const QString log = alice->log(container);
        QVERIFY2(log.contains("there"_L1) && log.contains("refused"_L1) && log.contains("its own"_L1), qPrintable(log));
        alice->discard(container);
    }

    void containersBecomeImages_data()
    {
        QTest::addColumn<bool>("runs");
        QTest::addColumn<QVariantMap>("options");
        QTest::newRow("running") << true << QVariantMap();
        QTest::newRow("running and not paused") << true << QVariantMap{{u"pause"_s, false}};
        QTest::newRow("stopped") << false << QVariantMap();
    }

    void containersBecomeImages()
    {
        QFETCH(bool, runs);
        QFETCH(QVariantMap, options);
        const QString base = alice->loadStarter();
        const QString script
            = u"echo mine > /made; rm /etc/group; echo ready; "_s + (runs ? u"exec sleep 1000"_s : u"true"_s);
        const QString container = alice->run(u"committed"_s, {u"sh"_s, u"-c"_s, script});
        QVERIFY(QTest::qWaitFor([&] { return alice->log(container).contains("ready"_L1); }, 30000));
        if (!runs)
            QVERIFY(alice->waitForState(container, u"stopped"_s));
        options.insert(u"command"_s,
                       QStringList{u"sh"_s, u"-c"_s, u"cat /made; ls -ln /made; test -e /etc/group || echo deleted"_s});
        options.insert(u"author"_s, u"Alice"_s);
        options.insert(u"message"_s, u"as it was"_s);
        options.insert(u"labels"_s, QStringList{u"from=alice"_s});
        options.insert(u"stop_signal"_s, u"SIGINT"_s);
        options.insert(u"exposed_ports"_s, QStringList{u"80"_s});
        options.insert(u"volumes"_s, QStringList{u"/data"_s});
        const QString job = alice->ask(container, u"Container"_s, u"Commit"_s, {u"made:1"_s}, options)
                                .value<QDBusObjectPath>()
                                .path();
        const QStringList ids = alice->ask(job, u"Job"_s, u"Wait"_s).toStringList();
        QCOMPARE(ids.size(), 1);
        QCOMPARE(alice->get(job, u"Job"_s, u"Stage"_s).toString(), u"Writing the new image"_s);
        QCOMPARE(image(ids.at(0), u"References"_s).toStringList(), QStringList{u"docker.io/library/made:1"_s});
        QCOMPARE(qdbus_cast<dbus::LayerList>(image(ids.at(0), u"Layers"_s)).size(),
                 qdbus_cast<dbus::LayerList>(image(base, u"Layers"_s)).size() + 1);
        const QJsonObject config = configOf(ids.at(0));
        QCOMPARE(config.value("Labels"_L1), (QJsonObject{{u"from"_s, u"alice"_s}}));
        QCOMPARE(config.value("StopSignal"_L1), u"SIGINT"_s);
        QCOMPARE(config.value("ExposedPorts"_L1), (QJsonObject{{u"80/tcp"_s, QJsonObject()}}));
        QCOMPARE(config.value("Volumes"_L1), (QJsonObject{{u"/data"_s, QJsonObject()}}));
        QVERIFY(alice->waitForState(container, runs ? u"running"_s : u"stopped"_s));
        const QString second = alice
                                   ->ask(kRoot, u"Manager"_s, u"CreateContainer"_s,
                                         {u"made:1"_s, QString(), QStringList()}, {{u"start"_s, true}})
                                   .value<QDBusObjectPath>()
                                   .path();
        QVERIFY(alice->waitForState(second, u"stopped"_s));
        const QString log = alice->log(second);
        QVERIFY2(log.contains("mine"_L1) && log.contains("deleted"_L1) && log.contains(" 0        0 "_L1),
                 qPrintable(log));

        // What both have is counted once.
        const QDBusMessage usage = alice->lamella(kRoot, u"Manager"_s, u"GetDiskUsage"_s);
        const auto rows = qdbus_cast<dbus::DiskUsage>(usage.arguments().at(1));
        QCOMPARE(rows.size(), 2);
        for (const dbus::ImageUsage& row : rows)
            QCOMPARE(row.uniqueBytes + row.sharedBytes,
                     alice->get(row.image.path(), u"Image"_s, u"SizeBytes"_s).toULongLong());
        QCOMPARE(usage.arguments().at(0).toULongLong(), image(ids.at(0), u"SizeBytes"_s).toULongLong());
        for (const QString& one : {container, second})
            alice->discard(one);
    }

    // A large file lies between two that are written one right after the other: only who stops the container meanwhile
    // reads both as they were at one moment.
    void aRunningContainerIsPausedMeanwhile()
    {
        alice->loadStarter();
        const QString container = alice->run(
            u"counting"_s,
            {u"sh"_s, u"-c"_s,
             u"mkdir /c; dd if=/dev/urandom of=/c/b bs=1M count=96 2>/dev/null; i=0; while :; do i=$((i+1)); "
             "echo $i >/c/a.new; mv /c/a.new /c/a; echo $i >/c/c.new; mv /c/c.new /c/c; "
             "[ $i != 9 ] || echo ready; done"_s});
        QVERIFY(QTest::qWaitFor([&] { return alice->log(container).contains("ready"_L1); }, 60000));
        const QString job = alice
                                ->ask(container, u"Container"_s, u"Commit"_s, {u"counted:1"_s},
                                      {{u"command"_s, QStringList{u"sh"_s, u"-c"_s, u"cat /c/a /c/c"_s}}})
                                .value<QDBusObjectPath>()
                                .path();
        QCOMPARE(alice->ask(job, u"Job"_s, u"Wait"_s).toStringList().size(), 1);
        QVERIFY(alice->waitForState(container, u"running"_s));
        const QString second = alice
                                   ->ask(kRoot, u"Manager"_s, u"CreateContainer"_s,
                                         {u"counted:1"_s, QString(), QStringList()}, {{u"start"_s, true}})
                                   .value<QDBusObjectPath>()
                                   .path();
        QVERIFY(alice->waitForState(second, u"stopped"_s));
        const QStringList counts = QString(alice->log(second)).split(u'\n', Qt::SkipEmptyParts);
        QCOMPARE(counts.size(), 2);
        const int first = counts.at(0).section(u' ', -1).toInt();
        const int last = counts.at(1).section(u' ', -1).toInt();
        QVERIFY2(first >= 9, qPrintable(alice->log(second)));
        QVERIFY2(first - last == 0 || first - last == 1, qPrintable(alice->log(second)));
        for (const QString& one : {container, second})
            alice->discard(one);
    }

    void aNewImageHasNotWhatIsTakenOut()
    {
        const QString base = alice->loadStarter();
        const QStringList inherited = image(base, u"Env"_s).toStringList();
        QCOMPARE(inherited.size(), 1);
        const QString container = alice->create(u"unset"_s, {u"true"_s});
        const QVariantMap options{{u"unset_env"_s, QStringList{inherited.constFirst().section(u'=', 0, 0)}},
                                  {u"env"_s, QStringList{u"MADE=here"_s}}};
        const QString job = alice->ask(container, u"Container"_s, u"Commit"_s, {u"unset:1"_s}, options)
                                .value<QDBusObjectPath>()
                                .path();
        const QStringList ids = alice->ask(job, u"Job"_s, u"Wait"_s).toStringList();
        QCOMPARE(ids.size(), 1);
        QCOMPARE(image(ids.at(0), u"Env"_s).toStringList(), QStringList{u"MADE=here"_s});
        alice->discard(container);
    }

    void newImagesAreCheckedBefore_data()
    {
        QTest::addColumn<QVariantMap>("options");
        QTest::addColumn<QString>("kind");
        const auto row = [](const char* name, const QString& option, const QVariant& value, const QString& kind) {
            QTest::newRow(name) << QVariantMap{{option, value}} << kind;
        };
        row("a label without a value", u"labels"_s, QStringList{u"a"_s}, u"InvalidArgument"_s);
        row("a port that is none", u"exposed_ports"_s, QStringList{u"65536"_s}, u"InvalidArgument"_s);
        row("a volume that goes up", u"volumes"_s, QStringList{u"/a/../../b"_s}, u"InvalidArgument"_s);
        row("a signal that is none", u"stop_signal"_s, u"$(x)"_s, u"InvalidArgument"_s);
        row("labels of another type", u"labels"_s, u"a=b"_s, u"InvalidArgument"_s);
        row("a variable to be taken out with its value", u"unset_env"_s, QStringList{u"A=1"_s}, u"InvalidArgument"_s);
        row("too many labels", u"labels"_s, QStringList(2000, u"a=b"_s), u"LimitExceeded"_s);
    }

    void newImagesAreCheckedBefore()
    {
        QFETCH(QVariantMap, options);
        QFETCH(QString, kind);
        alice->loadStarter();
        const QString container = alice->create(u"unchanged"_s, {u"true"_s});
        QCOMPARE(alice->lamella(container, u"Container"_s, u"Commit"_s, {QString()}, options).errorName(),
                 errorName(kind));
        const QVariant file = QVariant::fromValue(opened(u"/bin/busybox"_s, O_RDONLY));
        QCOMPARE(alice->lamella(kRoot, u"Manager"_s, u"ImportImage"_s, {file, QString()}, options).errorName(),
                 errorName(kind));
        alice->discard(container);
    }

    /// What an image has as its StopSignal is what Stop sends.
    void anImageSaysWhatAsksItsProgramToEnd()
    {
        alice->loadStarter();
        const QString base = alice->run(u"base"_s, {u"true"_s});
        QVERIFY(alice->waitForState(base, u"stopped"_s));
        const QString script = u"trap 'exit 15' TERM; trap 'exit 10' USR1; echo ready; while :; do sleep 0.05; done"_s;
        const auto commit
            = alice
                  ->ask(base, u"Container"_s, u"Commit"_s, {u"asked:1"_s},
                        {{u"command"_s, QStringList{u"sh"_s, u"-c"_s, script}}, {u"stop_signal"_s, u"SIGUSR1"_s}})
                  .value<QDBusObjectPath>();
        QCOMPARE(errorOf(commit.path()), QString());
        const QString container = alice
                                      ->ask(kRoot, u"Manager"_s, u"CreateContainer"_s,
                                            {u"asked:1"_s, QString(), QStringList()}, {{u"start"_s, true}})
                                      .value<QDBusObjectPath>()
                                      .path();
        QVERIFY(QTest::qWaitFor([&] { return alice->log(container).contains("ready"_L1); }, 30000));
        const auto stop
            = alice->ask(container, u"Container"_s, u"Stop"_s, {qulonglong(600'000'000)}).value<QDBusObjectPath>();
        QCOMPARE(errorOf(stop.path()), QString());
        QCOMPARE(alice->get(container, u"Container"_s, u"ExitStatus"_s).toInt(), 10);
        for (const QString& one : {container, base})
            alice->discard(one);
    }

    /// A helper that was killed while it read the files of a container that it had paused for that.
    void nothingStaysPaused()
    {
        alice->loadStarter();
        const QString container = alice->run(u"frozen"_s, {u"sleep"_s, u"1000"_s});
        alice->ask(container, u"Container"_s, u"Pause"_s);
        QVERIFY(alice->waitForState(container, u"paused"_s));
        const QString mark
            = qEnvironmentVariable("LAMELLA_STATE") + u"/containers/"_s + container.section(u'/', -1) + u"/frozen"_s;
        QFile file(mark);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.close();
        killHelper();
        startHelper();
        QVERIFY(alice->waitForState(container, u"running"_s));
        QVERIFY(QTest::qWaitFor([&] { return !QFileInfo::exists(mark); }, 10000));
        alice->discard(container);
        alice->objects();
    }

    void whatIsCommittedCanBeUsedAtOnce_data()
    {
        QTest::addColumn<bool>("kills");
        QTest::newRow("by the same helper") << false;
        QTest::newRow("after the helper was killed") << true;
    }

    /// While the files of the new layer are still being unpacked, as a rule: there are many.
    void whatIsCommittedCanBeUsedAtOnce()
    {
        QFETCH(bool, kills);
        alice->loadStarter();
        const QString script = u"mkdir /many; i=0; while [ $i -lt 4000 ]; do echo $i > /many/$i; i=$((i+1)); done"_s;
        const QString container = alice->run(u"writes"_s, {u"sh"_s, u"-c"_s, script});
        QVERIFY(
            QTest::qWaitFor([&] { return alice->get(container, u"Container"_s, u"State"_s) == u"stopped"_s; }, 60000));
        const QString job
            = alice->ask(container, u"Container"_s, u"Commit"_s, {u"many:1"_s}).value<QDBusObjectPath>().path();
        const QString id = alice->ask(job, u"Job"_s, u"Wait"_s).toStringList().value(0);
        QVERIFY(!id.isEmpty());
        const qulonglong size = image(id, u"SizeBytes"_s).toULongLong();
        if (kills) {
            killHelper();
            startHelper();
            alice->objects();
        }
        const QString second
            = alice
                  ->ask(kRoot, u"Manager"_s, u"CreateContainer"_s,
                        {u"many:1"_s, QString(), QStringList{u"sh"_s, u"-c"_s, u"ls /many | wc -l; cat /many/3999"_s}},
                        {{u"start"_s, true}})
                  .value<QDBusObjectPath>()
                  .path();
        QVERIFY(alice->waitForState(second, u"stopped"_s));
        QVERIFY2(alice->log(second).contains("4000"_L1) && alice->log(second).contains("3999"_L1),
                 qPrintable(alice->log(second)));
        QCOMPARE(image(id, u"SizeBytes"_s).toULongLong(), size);
        const QDBusMessage listed = alice->lamella(pathOf(id), u"Image"_s, u"ListDirectory"_s, {QByteArray("/many")});
        QVERIFY2(listed.errorName().isEmpty(), qPrintable(listed.errorMessage()));
        for (const QString& one : {container, second})
            alice->discard(one);
        // And goes as quickly as it came.
        const QString another = alice->create(u"again"_s, {u"true"_s});
        QCOMPARE(
            errorOf(alice->ask(another, u"Container"_s, u"Commit"_s, {u"empty:1"_s}).value<QDBusObjectPath>().path()),
            QString());
        const QDBusMessage removed = alice->lamella(pathOf(id), u"Image"_s, u"Remove"_s);
        QVERIFY2(removed.errorName().isEmpty(), qPrintable(removed.errorMessage()));
        alice->discard(another);
    }

    void pruneTakesWhatNobodyNeeds()
    {
        const QString id = alice->loadStarter();
        const qulonglong size = image(id, u"SizeBytes"_s).toULongLong();
        const auto prune = [this](const QVariantMap& options) {
            const QDBusMessage reply = alice->lamella(kRoot, u"Manager"_s, u"PruneImages"_s, {}, options);
            return std::pair(qdbus_cast<dbus::ObjectPaths>(reply.arguments().value(0)),
                             reply.arguments().value(1).toULongLong());
        };
        QCOMPARE(prune({}).first, dbus::ObjectPaths()); // it has a name
        const auto wouldGo = prune({{u"all"_s, true}, {u"dry_run"_s, true}});
        QCOMPARE(wouldGo.first, dbus::ObjectPaths{QDBusObjectPath(pathOf(id))});
        QCOMPARE(wouldGo.second, size);
        const QString container = alice->create(u"needs"_s, {u"true"_s});
        QCOMPARE(prune({{u"all"_s, true}}).first, dbus::ObjectPaths());
        QCOMPARE(alice->lamella(pathOf(id), u"Image"_s, u"Remove"_s).errorName(), errorName(u"Busy"_s));
        alice->discard(container);
        alice->ask(pathOf(id), u"Image"_s, u"Untag"_s, {u"starter:latest"_s});
        const auto gone = prune({});
        QCOMPARE(gone.first, dbus::ObjectPaths{QDBusObjectPath(pathOf(id))});
        QCOMPARE(gone.second, size);
        QVERIFY(!alice->objects().contains(QDBusObjectPath(pathOf(id))));
    }

    void exportWritesTheWholeTree()
    {
        alice->loadStarter();
        const QString path = alice->run(
            u"exported"_s, {u"sh"_s, u"-c"_s, u"echo new > /new; rm /etc/group; echo ready; exec sleep 1000"_s});
        QVERIFY(QTest::qWaitFor([&] { return alice->log(path).contains("ready"_L1); }, 30000));
        const QString file = qEnvironmentVariable("LAMELLA_SESSION") + u"/export.tar"_s;
        const QString job = alice
                                ->ask(path, u"Container"_s, u"Export"_s,
                                      {QVariant::fromValue(opened(file, O_WRONLY | O_CREAT | O_TRUNC))})
                                .value<QDBusObjectPath>()
                                .path();
        alice->ask(job, u"Job"_s, u"Wait"_s);
        QCOMPARE(alice->get(path, u"Container"_s, u"State"_s).toString(), u"running"_s);
        const QStringList lines = tarList(file);
        const auto line
            = [&](const QString& name) { return lines.filter(QRegularExpression(u" \\.?/?%1$"_s.arg(name))).value(0); };
        QVERIFY2(line(u"new"_s).contains(" 0/0 "_L1), qPrintable(line(u"new"_s))); // as the container sees it
        QVERIFY2(line(u"etc/passwd"_s).contains(" 0/0 "_L1), qPrintable(line(u"etc/passwd"_s)));
        QCOMPARE(line(u"etc/group"_s), QString());
        QVERIFY2(!line(u"bin/busybox"_s).isEmpty(), qPrintable(lines.join(u'\n')));
        alice->discard(path);
    }

    void exportIsRefused_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<int>("flags");
        QTest::newRow("opened for reading") << u"/etc/passwd"_s << O_RDONLY;
        QTest::newRow("a path only") << u"/etc/passwd"_s << O_PATH;
        QTest::newRow("a device") << u"/dev/null"_s << O_WRONLY;
        QTest::newRow("a directory") << u"/etc"_s << (O_RDONLY | O_DIRECTORY);
    }

    void exportIsRefused()
    {
        QFETCH(QString, path);
        QFETCH(int, flags);
        alice->loadStarter();
        const QString container = alice->create(u"unexported"_s, {u"true"_s});
        QCOMPARE(alice->lamella(container, u"Container"_s, u"Export"_s, {QVariant::fromValue(opened(path, flags))})
                     .errorName(),
                 errorName(u"InvalidArgument"_s));
        alice->discard(container);
    }

    /// bob, who may manage what is his, and carol, who may nothing.
    void othersMayNothing()
    {
        const QString image = pathOf(alice->loadStarter());
        const QString container = alice->create(u"hers"_s, {u"true"_s});
        Client carol(65534);
        const auto refused = [](Client& client, const QString& path, const QString& interface, const QString& member,
                                const QVariantList& arguments) {
            const QString error = client.lamella(path, interface, member, arguments).errorName();
            if (error != errorName(u"NotAuthorized"_s))
                qWarning("%s.%s: %s", qPrintable(interface), qPrintable(member), qPrintable(error));
            return error == errorName(u"NotAuthorized"_s);
        };
        const QVariant file
            = QVariant::fromValue(opened(qEnvironmentVariable("LAMELLA_SESSION") + u"/theirs"_s, O_RDWR | O_CREAT));
        for (Client* other : {bob.get(), &carol}) {
            for (const QString& member : {u"Tag"_s, u"Untag"_s, u"Push"_s})
                QVERIFY(refused(*other, image, u"Image"_s, member, {u"x:1"_s}));
            for (const QString& member : {u"Remove"_s, u"GetHistory"_s, u"Inspect"_s})
                QVERIFY(refused(*other, image, u"Image"_s, member, {}));
            QVERIFY(refused(*other, container, u"Container"_s, u"Commit"_s, {u"x:1"_s}));
            QVERIFY(refused(*other, container, u"Container"_s, u"Export"_s, {file}));
        }
        for (const QString& member : {u"PullImage"_s, u"ListTags"_s, u"ResolveReference"_s})
            QVERIFY(refused(carol, kRoot, u"Manager"_s, member, {u"x"_s}));
        for (const QString& member : {u"GetDiskUsage"_s, u"PruneImages"_s})
            QVERIFY(refused(carol, kRoot, u"Manager"_s, member, {}));
        QVERIFY(refused(carol, kRoot, u"Manager"_s, u"LoadImage"_s, {file}));
        QVERIFY(refused(carol, kRoot, u"Manager"_s, u"SaveImages"_s, {QStringList{u"starter"_s}, file}));
        QVERIFY(refused(carol, kRoot, u"Manager"_s, u"ImportImage"_s, {file, u"x"_s}));
        // What is alice's alone is nobody else's to name.
        QCOMPARE(bob->lamella(kRoot, u"Manager"_s, u"SaveImages"_s, {QStringList{u"starter"_s}, file}).errorName(),
                 errorName(u"NotFound"_s));
        alice->discard(container);
    }

    void wrongDescriptorsAreRefused_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<int>("flags");
        QTest::newRow("a path only") << qEnvironmentVariable("LAMELLA_BIN") << (O_PATH | O_DIRECTORY);
        QTest::newRow("a file opened for writing") << u"/run/lamella-written"_s << (O_WRONLY | O_CREAT);
        QTest::newRow("a device") << u"/dev/zero"_s << O_RDONLY;
    }

    void wrongDescriptorsAreRefused()
    {
        QFETCH(QString, path);
        QFETCH(int, flags);
        const QDBusMessage reply
            = alice->lamella(kRoot, u"Manager"_s, u"LoadImage"_s, {QVariant::fromValue(opened(path, flags))});
        QCOMPARE(reply.errorName(), errorName(u"InvalidArgument"_s));
        QFile::remove(u"/run/lamella-written"_s);
    }

    /// Last: everything above has used what tst_interface leaves out.
    void nothingOfTheContractIsForgotten() { QCOMPARE(forgotten(imageMembers()), QStringList()); }
};

QTEST_GUILESS_MAIN(ImagesTest)
#include "tst_images.moc"
