// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/settings.h"

#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;
using namespace lamella;
using namespace lamella::helper;

namespace {

QString textOf(const QString& path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

const QString& example()
{
    static const QString text = textOf(qEnvironmentVariable("LAMELLA_SOURCE") + u"/resources/settings/helper.conf"_s);
    return text;
}

} // namespace

/// The helper's settings, and the file that an administrator writes.
class SettingsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theExampleHasTheDefaults();
    void eachSettingIsRead();
    void linesAreRead_data();
    void linesAreRead();
    void othersMustNotWriteIt();
    void theHelperDoesNotStartOnABadFile();
};

// Each line of the example, as it stands there, changes nothing; and with another number it does.
void SettingsTest::theExampleHasTheDefaults()
{
    QString active = example();
    active.replace(QRegularExpression(u"^#([a-z_]+ = )"_s, QRegularExpression::MultilineOption), u"\\1"_s);
    const auto settings = parseSettings(active.toStdString(), "the example");
    QVERIFY2(settings, settings ? "" : settings.error().message.c_str());
    const Settings defaults;
    QCOMPARE(settings->images.blob.value, defaults.images.blob.value);
    QCOMPARE(settings->images.unpackedLayer.value, defaults.images.unpackedLayer.value);
    QCOMPARE(settings->images.layerEntries, defaults.images.layerEntries);
    QCOMPARE(settings->images.pathDepth, defaults.images.pathDepth);
    QCOMPARE(settings->images.layers, defaults.images.layers);
    QCOMPARE(settings->images.document.value, defaults.images.document.value);
    QCOMPARE(settings->images.imagesOfOneUser, defaults.images.imagesOfOneUser);
    QCOMPARE(settings->images.referencesOfOneUser, defaults.images.referencesOfOneUser);
    QCOMPARE(settings->trash.keep, defaults.trash.keep);
    QCOMPARE(settings->trash.bytesOfOneUser.value, defaults.trash.bytesOfOneUser.value);
    QCOMPARE(settings->registry.connect, defaults.registry.connect);
    QCOMPARE(settings->registry.idle, defaults.registry.idle);
    QCOMPARE(settings->registry.whole, defaults.registry.whole);
    QCOMPARE(settings->registry.attempts, defaults.registry.attempts);
    QCOMPARE(settings->job, defaults.job);
}

void SettingsTest::eachSettingIsRead()
{
    const auto settings = parseSettings("blob_bytes=1\nunpacked_layer_bytes=2\nlayer_entries=3\npath_depth=4\n"
                                        "image_layers=5\ndocument_bytes=6\nimages_per_user=7\nreferences_per_user=8\n"
                                        "connect_seconds=9\nidle_seconds=10\nexchange_seconds=11\nattempts=12\n"
                                        "job_seconds=13\ntrash_days=14\ntrash_bytes_per_user=15M",
                                        "a file");
    QVERIFY2(settings, settings ? "" : settings.error().message.c_str());
    QCOMPARE(settings->images.blob.value, 1u);
    QCOMPARE(settings->images.unpackedLayer.value, 2u);
    QCOMPARE(settings->images.layerEntries, 3u);
    QCOMPARE(settings->images.pathDepth, 4u);
    QCOMPARE(settings->images.layers, 5u);
    QCOMPARE(settings->images.document.value, 6u);
    QCOMPARE(settings->images.imagesOfOneUser, 7u);
    QCOMPARE(settings->images.referencesOfOneUser, 8u);
    QCOMPARE(settings->registry.connect.count(), 9000);
    QCOMPARE(settings->registry.idle.count(), 10000);
    QCOMPARE(settings->registry.whole.count(), 11000);
    QCOMPARE(settings->registry.attempts, 12);
    QCOMPARE(settings->job.count(), 13);
    QCOMPARE(settings->trash.keep.count(), 14);
    QCOMPARE(settings->trash.bytesOfOneUser.value, 15u << 20);
}

void SettingsTest::linesAreRead_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<quint64>("blob"); // 0: refused
    QTest::addColumn<QByteArray>("sentence");
    const auto good
        = [](const char* text, quint64 blob) { QTest::newRow(text) << QByteArray(text) << blob << QByteArray(); };
    const auto wrong = [](const char* text, const char* sentence) {
        QTest::newRow(text) << QByteArray(text) << quint64(0) << QByteArray(sentence);
    };
    good("blob_bytes = 7", 7);
    good("blob_bytes=7\r\n", 7);
    good("\n\n \tblob_bytes\t=\t7 # seven", 7);
    good("blob_bytes = 3K", 3072);
    good("blob_bytes = 2M", 2u << 20);
    good("blob_bytes = 1T", 1ull << 40);
    wrong("\nblob_byte = 7", "a file, line 2: there is no setting \"blob_byte\"");
    wrong("blob_bytes = 7\nblob_bytes = 7", "a file, line 2: blob_bytes is set a second time");
    wrong("blob_bytes", "a file, line 1: a line has the form");
    wrong("[images]", "a file, line 1: a line has the form");
    wrong("= 7", "there is no setting \"\"");
    for (const char* bad : {"blob_bytes =", "blob_bytes = x", "blob_bytes = -1", "blob_bytes = 0", "blob_bytes = 7k",
                            "blob_bytes = 1 K", "blob_bytes = 2T", "blob_bytes = 99999999999T", "blob_bytes = 1.5",
                            "blob_bytes = 18446744073709551616", "blob_bytes = K"})
        wrong(bad, "a file, line 1: blob_bytes is not");
    wrong("layer_entries = 1K", "a number from 1 to");
}

void SettingsTest::linesAreRead()
{
    QFETCH(QByteArray, text);
    QFETCH(quint64, blob);
    QFETCH(QByteArray, sentence);
    const auto settings = parseSettings(text.toStdString(), "a file");
    QCOMPARE(settings.has_value(), blob != 0);
    if (settings) {
        QCOMPARE(settings->images.blob.value, blob);
        return;
    }
    QCOMPARE(settings.error().kind, ErrorKind::InvalidArgument);
    QVERIFY2(settings.error().message.contains(sentence.toStdString()), settings.error().message.c_str());
}

void SettingsTest::othersMustNotWriteIt()
{
    QTemporaryDir directory;
    QFile file(directory.filePath(u"helper.conf"_s));
    const auto path = std::filesystem::path(file.fileName().toStdString());
    QCOMPARE(readSettings(path).error().kind, ErrorKind::NotFound);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("blob_bytes = 7\n") > 0);
    file.close();
    QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther));
    QCOMPARE(readSettings(path).value().images.blob.value, 7u);
    for (const auto writer : {QFile::WriteGroup, QFile::WriteOther}) {
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | writer));
        QCOMPARE(readSettings(path).error().kind, ErrorKind::NotAuthorized);
    }
    QCOMPARE(readSettings(directory.path().toStdString()).error().kind, ErrorKind::NotAuthorized);
}

void SettingsTest::theHelperDoesNotStartOnABadFile()
{
    QTemporaryDir directory;
    QFile file(directory.filePath(u"helper.conf"_s));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write("# mine\nidle_seconds = soon\n") > 0);
    file.close();
    const auto run = [](const QString& config) {
        QProcess helper;
        helper.setProcessChannelMode(QProcess::MergedChannels);
        helper.start(qEnvironmentVariable("LAMELLA_BIN") + u"/lamella-helper"_s, {u"--config"_s, config});
        return helper.waitForFinished(30000) && helper.exitCode() != 0 ? QString::fromUtf8(helper.readAll())
                                                                       : QString();
    };
    const QString said = run(file.fileName());
    QVERIFY2(said.contains(file.fileName() + u", line 2: idle_seconds is not \"soon\""_s), qPrintable(said));
    // What was named must be there.
    const QString missing = run(directory.filePath(u"none"_s));
    QVERIFY2(missing.contains(directory.filePath(u"none"_s)), qPrintable(missing));
}

QTEST_GUILESS_MAIN(SettingsTest)
#include "tst_settings.moc"
