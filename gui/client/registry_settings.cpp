// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/registry_settings.h"

#include "gui/client/credential_files.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>

#include <algorithm>

namespace lamella::client {

using namespace Qt::StringLiterals;

namespace {

// The helper takes no more (engine/registry/limits.h).
constexpr qsizetype kMostCertificates = 64 << 10;
constexpr qsizetype kMostMirrors = 8;
/// Of what may be beside the certificates in a file.
constexpr qint64 kMostFile = 1 << 20;
constexpr qsizetype kMostFiles = 64;
constexpr qsizetype kMostRegistries = 1000;

QString environment(const char* name)
{
    // Lower case first, as curl(1) has it.
    const QString lower = qEnvironmentVariable(name);
    return lower.isEmpty() ? qEnvironmentVariable(QByteArray(name).toUpper().constData()) : lower;
}

QString proxy(const char* name)
{
    const QString own = environment(name);
    return own.isEmpty() ? environment("all_proxy") : own;
}

QString hostOf(const QString& repository)
{
    return repository.section(u'/', 0, 0);
}

bool isRegistry(const QString& text)
{
    static const QRegularExpression address(u"\\A\\[[0-9A-Fa-f:]{2,45}\\](:[0-9]{1,5})?\\z"_s);
    return address.match(text).hasMatch() || (!text.contains(u'/') && credentialScope(text) == text && !text.isEmpty());
}

bool isMirror(const QString& text)
{
    static const QRegularExpression form(
        u"\\Ahttps?://([A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\\[[0-9A-Fa-f:]{2,45}\\])(:[0-9]{1,5})?"
        "(/[a-z0-9]+([._-]+[a-z0-9]+)*)*\\z"_s);
    return text.size() <= 512 && form.match(text).hasMatch();
}

/// The certificates of a file in PEM form, and nothing else of it: a key may be beside them.
QByteArrayList certificatesIn(const QByteArray& pem)
{
    static const QByteArray begin = "-----BEGIN CERTIFICATE-----";
    static const QByteArray end = "-----END CERTIFICATE-----";
    QByteArrayList certificates;
    for (qsizetype at = pem.indexOf(begin); at >= 0;) {
        const qsizetype last = pem.indexOf(end, at);
        if (last < 0)
            break;
        const QByteArray one = pem.sliced(at, last + end.size() - at) + '\n';
        if (!one.contains('\0'))
            certificates.append(one);
        at = pem.indexOf(begin, last);
    }
    return certificates;
}

/// Adds those that are not there yet; false where they are too many.
bool add(QByteArray& pem, const QByteArrayList& certificates)
{
    QByteArray more = pem;
    for (const QByteArray& one : certificates) {
        if (!more.contains(one))
            more += one;
    }
    if (more.size() > kMostCertificates)
        return false;
    pem = more;
    return true;
}

QFileInfoList certificateFiles(const QString& directory)
{
    // A pipe is no file for QDir.
    const QFileInfoList files = QDir(directory).entryInfoList({u"*.crt"_s}, QDir::Files | QDir::Readable, QDir::Name);
    return files.first(std::min(files.size(), kMostFiles));
}

QStringList systemDirectories()
{
    return {QDir::homePath() + "/.config/containers/certs.d"_L1, u"/etc/containers/certs.d"_s,
            u"/etc/docker/certs.d"_s};
}

std::expected<QByteArray, QString> readCertificates(const QString& path)
{
    QFile file(path);
    // Somebody may have given the name of a pipe.
    if (QFileInfo(path).exists() && !QFileInfo(path).isFile())
        return std::unexpected(RegistrySettings::tr("%1 is no file with certificates in PEM form.").arg(path));
    if (!file.open(QIODevice::ReadOnly))
        return std::unexpected(
            RegistrySettings::tr("The certificates in %1 cannot be read: %2").arg(path, file.errorString()));
    const QByteArrayList certificates = certificatesIn(file.read(kMostFile));
    if (certificates.isEmpty())
        return std::unexpected(RegistrySettings::tr("%1 is no file with certificates in PEM form.").arg(path));
    QByteArray pem;
    if (!add(pem, certificates))
        return std::unexpected(
            RegistrySettings::tr("%1 has more certificates than one registry can have: give a file with those of its "
                                 "authority alone.")
                .arg(path));
    return pem;
}

} // namespace

RegistrySettings::RegistrySettings(QStringList directories, QObject* parent)
    : QObject(parent)
    , m_directories(directories.isEmpty() ? systemDirectories() : std::move(directories))
{
}

RegistrySetting RegistrySettings::of(const QString& repository) const
{
    return m_settings.value(hostOf(repository));
}

void RegistrySettings::set(const QString& registry, const RegistrySetting& setting)
{
    if (!isRegistry(registry) || of(registry) == setting)
        return;
    if (setting.isUsual())
        m_settings.remove(registry);
    else
        m_settings.insert(registry, setting);
    Q_EMIT changed();
}

std::expected<RegistryOptions, QString> RegistrySettings::options(const QString& repository) const
{
    return options(repository, of(repository));
}

std::expected<RegistryOptions, QString> RegistrySettings::options(const QString& repository,
                                                                  const RegistrySetting& setting) const
{
    RegistryOptions options;
    options.httpProxy = proxy("http_proxy");
    options.httpsProxy = proxy("https_proxy");
    options.noProxy = environment("no_proxy");
    options.plainHttp = setting.plainHttp;
    options.mirrors = setting.mirrors;
    QByteArray pem;
    if (!setting.certificates.isEmpty()) {
        auto own = readCertificates(setting.certificates);
        if (!own)
            return std::unexpected(own.error());
        pem = *own;
    }
    for (const QString& directory : certificateDirectories(hostOf(repository))) {
        for (const QFileInfo& one : certificateFiles(directory)) {
            QFile file(one.filePath());
            if (file.open(QIODevice::ReadOnly))
                add(pem, certificatesIn(file.read(kMostFile)));
        }
    }
    options.caCertificates = QString::fromLatin1(pem);
    return options;
}

QStringList RegistrySettings::certificateDirectories(const QString& registry) const
{
    QStringList found;
    if (!isRegistry(registry))
        return found;
    for (const QString& directory : m_directories) {
        const QString its = QDir(directory).filePath(registry);
        if (!certificateFiles(its).isEmpty())
            found.append(its);
    }
    return found;
}

QString RegistrySettings::saved() const
{
    QJsonObject all;
    for (const auto& [registry, setting] : m_settings.asKeyValueRange())
        all.insert(registry,
                   QJsonObject{{u"plain_http"_s, setting.plainHttp},
                               {u"certificates"_s, setting.certificates},
                               {u"mirrors"_s, QJsonArray::fromStringList(setting.mirrors)}});
    return QString::fromUtf8(QJsonDocument(all).toJson(QJsonDocument::Compact));
}

void RegistrySettings::restore(const QString& saved)
{
    m_settings.clear();
    const QJsonObject all = QJsonDocument::fromJson(saved.toUtf8()).object();
    for (auto it = all.begin(); it != all.end() && m_settings.size() < kMostRegistries; ++it) {
        const QJsonObject one = it.value().toObject();
        RegistrySetting setting{one.value("plain_http"_L1).toBool(), one.value("certificates"_L1).toString(), {}};
        for (const QJsonValue& mirror : one.value("mirrors"_L1).toArray()) {
            if (isMirror(mirror.toString()) && setting.mirrors.size() < kMostMirrors)
                setting.mirrors.append(mirror.toString());
        }
        if (isRegistry(it.key()) && !setting.isUsual())
            m_settings.insert(it.key(), setting);
    }
    Q_EMIT changed();
}

QString registryFrom(const QString& text)
{
    const QString scope = credentialScope(text.trimmed());
    const QString registry = scope.isEmpty() ? text.trimmed() : scope;
    return isRegistry(registry) ? registry : QString();
}

std::expected<QStringList, QString> mirrorsFrom(const QString& text)
{
    static const QRegularExpression between(u"[\\s,]+"_s);
    QStringList mirrors;
    for (QString one : text.split(between, Qt::SkipEmptyParts)) {
        while (one.endsWith(u'/'))
            one.chop(1);
        if (!isMirror(one))
            return std::unexpected(
                RegistrySettings::tr("“%1” is no address of a mirror: one is like https://host:5000/prefix.").arg(one));
        if (!mirrors.contains(one))
            mirrors.append(one);
    }
    if (mirrors.size() > kMostMirrors)
        return std::unexpected(RegistrySettings::tr("A registry can have %1 mirrors, not more.").arg(kMostMirrors));
    return mirrors;
}

} // namespace lamella::client
