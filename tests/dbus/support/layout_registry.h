// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/privileged/registry/http_server.h"

#include <QByteArray>
#include <QHash>
#include <QMutex>
#include <QSet>
#include <QString>

#include <atomic>

namespace lamella::test {

/// A registry on this machine that has the one image of an OCI layout, under any name and the tags "latest" and "1.0",
/// or none yet where there is no layout; it takes another one, under any name. All of it is behind a login where
/// `login`
/// ("user:password") says so.
class LayoutRegistry {
public:
    explicit LayoutRegistry(const QString& layout, const QByteArray& login = {});

    /// "localhost:1234/x/y": with a tag or without.
    QString name(const QString& rest) const { return QString::fromStdString(m_server.host()) + u'/' + rest; }
    /// The digest of the manifest that it has.
    QString manifest() const;

    /// How often a layer was asked for.
    int layersFetched() const { return m_layersFetched; }
    /// How many blobs it was sent.
    int uploads() const { return m_uploads; }
    /// How many blobs were taken over from another repository.
    int mounts() const { return m_mounts; }
    /// From now on layers are begun, and never end.
    void stall() { m_stalls = true; }
    /// From now on a blob is only in the repositories that it was put into; what is there is in `repository`.
    void keepApart(const QByteArray& repository);
    /// Forgets every blob but the config; `admits` says whether it still claims to have them until the manifest comes.
    void loseLayers(bool admits);
    /// From now on uploads wait until release().
    void hold() { m_holds = true; }
    void release() { m_holds = false; }
    QList<HttpServer::Request> requests() const { return m_server.requests(); }

private:
    HttpServer::Reply answer(const HttpServer::Request& request);
    HttpServer::Reply take(const HttpServer::Request& request);
    HttpServer::Reply takeManifest(const HttpServer::Request& request);
    HttpServer::Reply beginUpload(const HttpServer::Request& request);
    bool isIn(const QByteArray& repository, const QByteArray& digest) const;
    HttpServer::Reply blob(const QByteArray& digest);

    QByteArray m_login;
    mutable QMutex m_mutex; ///< guards what follows
    QHash<QByteArray, QByteArray> m_blobs; ///< by digest
    QHash<QByteArray, QSet<QByteArray>> m_in; ///< what repositories have, where they are apart
    bool m_apart = false;
    bool m_lies = false; ///< claims to have what it has lost
    QHash<QByteArray, QByteArray> m_begun; ///< uploads, by their path
    QByteArray m_manifest; ///< its digest
    QByteArray m_tag;
    QByteArray m_config; ///< its digest
    std::atomic<int> m_layersFetched = 0;
    std::atomic<int> m_uploads = 0;
    std::atomic<int> m_mounts = 0;
    std::atomic<bool> m_holds = false;
    std::atomic<bool> m_stalls = false;
    HttpServer m_server; ///< last: it answers from the first moment
};

} // namespace lamella::test
