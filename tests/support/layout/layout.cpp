// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/layout/layout.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>

namespace lamella::test {

namespace {

QString digestOf(const QByteArray& bytes)
{
    return QStringLiteral("sha256:")
        + QString::fromLatin1(QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex());
}

bool writeFile(const QString& path, const QByteArray& bytes)
{
    QFile file(path);
    return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.flush();
}

/// Writes a blob and describes it (image-spec, descriptor.md).
QJsonObject writeBlob(const QString& layout, const QString& mediaType, const QByteArray& bytes)
{
    const QString digest = digestOf(bytes);
    if (!writeFile(layout + QStringLiteral("/blobs/sha256/") + digest.mid(7), bytes))
        return {};
    return {{QStringLiteral("mediaType"), mediaType},
            {QStringLiteral("digest"), digest},
            {QStringLiteral("size"), bytes.size()}};
}

QByteArray pack(const QString& tree)
{
    QProcess tar;
    tar.start(QStringLiteral("tar"),
              {QStringLiteral("--numeric-owner"), QStringLiteral("--owner=0"), QStringLiteral("--group=0"),
               QStringLiteral("--sort=name"), QStringLiteral("-C"), tree, QStringLiteral("-cf"), QStringLiteral("-"),
               QStringLiteral(".")});
    tar.waitForFinished();
    return tar.exitCode() == 0 ? tar.readAllStandardOutput() : QByteArray();
}

QByteArray json(const QJsonObject& object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

} // namespace

bool writeLayout(const QString& path, const QString& reference, const QStringList& trees, const QJsonObject& config)
{
    if (!QDir().mkpath(path + QStringLiteral("/blobs/sha256")))
        return false;
    QJsonArray layers;
    QJsonArray diffIds;
    QJsonArray history;
    for (const QString& tree : trees) {
        const QByteArray archive = pack(tree);
        if (archive.isEmpty())
            return false;
        layers.append(writeBlob(path, QStringLiteral("application/vnd.oci.image.layer.v1.tar"), archive));
        diffIds.append(digestOf(archive));
        history.append(QJsonObject{{QStringLiteral("created_by"), QStringLiteral("COPY . /")}});
    }
    const QJsonObject imageConfig{
        {QStringLiteral("architecture"), QStringLiteral("amd64")},
        {QStringLiteral("os"), QStringLiteral("linux")},
        {QStringLiteral("config"), config},
        {QStringLiteral("rootfs"),
         QJsonObject{{QStringLiteral("type"), QStringLiteral("layers")}, {QStringLiteral("diff_ids"), diffIds}}},
        {QStringLiteral("history"), history},
    };
    const QJsonObject manifest{
        {QStringLiteral("schemaVersion"), 2},
        {QStringLiteral("mediaType"), QStringLiteral("application/vnd.oci.image.manifest.v1+json")},
        {QStringLiteral("config"),
         writeBlob(path, QStringLiteral("application/vnd.oci.image.config.v1+json"), json(imageConfig))},
        {QStringLiteral("layers"), layers},
    };
    QJsonObject described
        = writeBlob(path, QStringLiteral("application/vnd.oci.image.manifest.v1+json"), json(manifest));
    described.insert(QStringLiteral("annotations"),
                     QJsonObject{{QStringLiteral("org.opencontainers.image.ref.name"), reference}});
    return writeFile(path + QStringLiteral("/oci-layout"), R"({"imageLayoutVersion":"1.0.0"})")
        && writeFile(
               path + QStringLiteral("/index.json"),
               json({{QStringLiteral("schemaVersion"), 2}, {QStringLiteral("manifests"), QJsonArray{described}}}));
}

} // namespace lamella::test
