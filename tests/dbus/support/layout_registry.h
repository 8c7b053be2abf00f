// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/privileged/registry/http_server.h"

#include <QByteArray>
#include <QHash>
#include <QMutex>
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
    /// From now on layers are begun, and never end.
    void stall() { m_stalls = true; }

private:
    HttpServer::Reply answer(const HttpServer::Request& request);
    HttpServer::Reply take(const HttpServer::Request& request);
    HttpServer::Reply blob(const QByteArray& digest);

    QByteArray m_login;
    mutable QMutex m_mutex; ///< guards what follows
    QHash<QByteArray, QByteArray> m_blobs; ///< by digest
    QByteArray m_upload; ///< what has come of the one that is under way
    QByteArray m_manifest; ///< its digest
    QByteArray m_tag;
    QByteArray m_config; ///< its digest
    std::atomic<int> m_layersFetched = 0;
    std::atomic<int> m_uploads = 0;
    std::atomic<bool> m_stalls = false;
    HttpServer m_server; ///< last: it answers from the first moment
};

} // namespace lamella::test
