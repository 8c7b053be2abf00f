// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dbus/support/layout_registry.h"

#include "tests/dbus/support/client.h"

#include <QCryptographicHash>
#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QThread>
#include <QUrl>
#include <QUrlQuery>

using namespace Qt::StringLiterals;

namespace lamella::test {

namespace {

constexpr auto kManifestType = "application/vnd.oci.image.manifest.v1+json";

QByteArray digestOf(const QByteArray& bytes)
{
    return "sha256:" + QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex();
}

QByteArray digestIn(const QByteArray& document, const QString& key)
{
    const QJsonValue value = QJsonDocument::fromJson(document).object().value(key);
    return (value.isArray() ? value.toArray().at(0) : value).toObject().value("digest"_L1).toString().toUtf8();
}

/// "/v2/team/app/blobs/…" is of team/app.
QByteArray repositoryOf(const QByteArray& path)
{
    QByteArray name = path.mid(4);
    for (const auto* part : {"/blobs/", "/manifests/"}) {
        if (const qsizetype end = name.indexOf(part); end >= 0)
            name.truncate(end);
    }
    return name;
}

QHash<QByteArray, QByteArray> blobsOf(const QString& layout)
{
    QHash<QByteArray, QByteArray> blobs;
    if (layout.isEmpty())
        return blobs;
    const QDir directory(layout + u"/blobs/sha256"_s);
    for (const QString& name : directory.entryList(QDir::Files))
        blobs.insert("sha256:" + name.toUtf8(), readFile(directory.filePath(name)));
    return blobs;
}

} // namespace

LayoutRegistry::LayoutRegistry(const QString& layout, const QByteArray& login)
    : m_login(login)
    , m_blobs(blobsOf(layout))
    , m_manifest(layout.isEmpty() ? QByteArray() : digestIn(readFile(layout + u"/index.json"_s), u"manifests"_s))
    , m_tag("1.0")
    , m_config(digestIn(m_blobs.value(m_manifest), u"config"_s))
    , m_server([this](const HttpServer::Request& request) { return answer(request); })
{
}

QString LayoutRegistry::manifest() const
{
    const QMutexLocker lock(&m_mutex);
    return QString::fromUtf8(m_manifest);
}

void LayoutRegistry::keepApart(const QByteArray& repository)
{
    const QMutexLocker lock(&m_mutex);
    m_apart = true;
    m_in[repository] = QSet<QByteArray>(m_blobs.keyBegin(), m_blobs.keyEnd());
}

void LayoutRegistry::loseLayers(bool admits)
{
    const QMutexLocker lock(&m_mutex);
    m_lies = !admits;
    m_blobs.removeIf([this](const auto& blob) { return blob.key() != m_config; });
    m_in.clear();
}

bool LayoutRegistry::isIn(const QByteArray& repository, const QByteArray& digest) const
{
    return m_blobs.contains(digest) && (!m_apart || m_in.value(repository).contains(digest));
}

HttpServer::Reply LayoutRegistry::answer(const HttpServer::Request& request)
{
    while (m_holds && request.method == "POST")
        QThread::msleep(10);
    const QMutexLocker lock(&m_mutex);
    if (!m_login.isEmpty() && request.headers.value("authorization") != "Basic " + m_login.toBase64())
        return {401, {{"WWW-Authenticate", "Basic realm=\"test\""}}, "{}"};
    const QByteArray last = request.path.split('/').last();
    if (request.method != "GET" && request.method != "HEAD")
        return take(request);
    if (request.path.contains("/tags/list"))
        return {200, {}, R"({"name":"x","tags":["latest","1.0"]})"};
    const bool named = !m_manifest.isEmpty() && (last == "latest" || last == m_tag || last == m_manifest);
    if (request.path.contains("/manifests/") && named)
        return {200, {{"Content-Type", kManifestType}}, m_blobs.value(m_manifest)};
    if (request.path.contains("/blobs/") && isIn(repositoryOf(request.path), last))
        return blob(last);
    if (m_lies && request.method == "HEAD")
        return {200, {}, {}};
    return {404, {}, R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"no such thing"}]})"};
}

/// What a push sends (distribution-spec, "Push"): blobs, several at once, then the manifest.
HttpServer::Reply LayoutRegistry::take(const HttpServer::Request& request)
{
    if (request.path.contains("/manifests/"))
        return takeManifest(request);
    if (request.method == "POST")
        return beginUpload(request);
    const QByteArray path = request.path.split('?').first();
    QByteArray& upload = m_begun[path];
    upload += request.body;
    if (request.method != "PUT")
        return {202, {{"Location", path}, {"Range", "0-" + QByteArray::number(upload.size() - 1)}}, {}};
    ++m_uploads;
    m_in[repositoryOf(path)].insert(digestOf(upload));
    m_blobs.insert(digestOf(upload), upload);
    return {201, {{"Location", path}}, {}};
}

HttpServer::Reply LayoutRegistry::takeManifest(const HttpServer::Request& request)
{
    m_lies = false;
    const QByteArray repository = repositoryOf(request.path);
    for (const QJsonValue& layer : QJsonDocument::fromJson(request.body).object().value("layers"_L1).toArray()) {
        if (!isIn(repository, layer.toObject().value("digest"_L1).toString().toUtf8()))
            return {400, {}, R"({"errors":[{"code":"MANIFEST_BLOB_UNKNOWN","message":"blob unknown"}]})"};
    }
    const QByteArray last = request.path.split('/').last();
    if (last.startsWith("sha256:") && last != digestOf(request.body))
        return {400, {}, R"({"errors":[{"code":"DIGEST_INVALID","message":"it is something else"}]})"};
    m_manifest = digestOf(request.body);
    m_tag = last;
    m_config = digestIn(request.body, u"config"_s);
    m_blobs.insert(m_manifest, request.body);
    return {201, {{"Location", request.path}}, {}};
}

HttpServer::Reply LayoutRegistry::beginUpload(const HttpServer::Request& request)
{
    const QUrlQuery query(QUrl(QString::fromUtf8(request.path)).query());
    const QByteArray repository = repositoryOf(request.path);
    const QByteArray digest = query.queryItemValue(u"mount"_s).toUtf8();
    if (!digest.isEmpty() && isIn(query.queryItemValue(u"from"_s).toUtf8(), digest)) {
        ++m_mounts;
        m_in[repository].insert(digest);
        return {201, {{"Location", "/v2/" + repository + "/blobs/" + digest}}, {}};
    }
    const QByteArray upload = "/v2/" + repository + "/blobs/uploads/" + QByteArray::number(m_begun.size());
    m_begun.insert(upload, {});
    return {202, {{"Location", upload}, {"Range", "0-0"}}, {}};
}

HttpServer::Reply LayoutRegistry::blob(const QByteArray& digest)
{
    HttpServer::Reply reply{200, {}, m_blobs.value(digest)};
    if (digest == m_config)
        return reply;
    ++m_layersFetched;
    if (m_stalls) {
        reply.claims = reply.body.size();
        reply.body.truncate(10);
    }
    return reply;
}

} // namespace lamella::test
