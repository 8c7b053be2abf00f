// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/dbus/support/layout_registry.h"

#include "tests/dbus/support/client.h"

#include <QCryptographicHash>
#include <QDir>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

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

HttpServer::Reply LayoutRegistry::answer(const HttpServer::Request& request)
{
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
    if (request.path.contains("/blobs/") && m_blobs.contains(last))
        return blob(last);
    return {404, {}, R"({"errors":[{"code":"MANIFEST_UNKNOWN","message":"no such thing"}]})"};
}

/// What a push sends (distribution-spec, "Push"): one blob after the other, then the manifest.
HttpServer::Reply LayoutRegistry::take(const HttpServer::Request& request)
{
    const QByteArray upload = "/v2/x/blobs/uploads/1";
    if (request.path.contains("/manifests/")) {
        m_manifest = digestOf(request.body);
        m_tag = request.path.split('/').last();
        m_config = digestIn(request.body, u"config"_s);
        m_blobs.insert(m_manifest, request.body);
        return {201, {{"Location", request.path}}, {}};
    }
    if (request.method == "POST")
        m_upload.clear();
    else
        m_upload += request.body;
    if (request.method != "PUT")
        return {202, {{"Location", upload}, {"Range", "0-" + QByteArray::number(m_upload.size() - 1)}}, {}};
    ++m_uploads;
    m_blobs.insert(digestOf(m_upload), m_upload);
    return {201, {{"Location", upload}}, {}};
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
