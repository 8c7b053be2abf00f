// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/unique_fd.h"
#include "engine/registry/access.h"
#include "engine/registry/outcome.h"
#include "engine/registry/servers.h"

#include <QHttpHeaders>
#include <QNetworkAccessManager>
#include <QSslConfiguration>
#include <QUrl>

#include <functional>
#include <span>
#include <stop_token>

namespace lamella::registry {

/// What ends work that nobody wants any more: a token for what waits in an event loop, and a descriptor that becomes
/// readable for what waits in poll(2).
struct Stop {
    std::stop_token token;
    BorrowedFd event;
};

struct HttpRequest {
    QByteArray method = "GET";
    QUrl url;
    QHttpHeaders headers;
    QByteArray body;
    bool isBlob = false; ///< may take as long as bytes come
};

struct HttpAnswer {
    int status = 0;
    QHttpHeaders headers;
    QByteArray text; ///< what there is to read of an answer that is none of 200 and 206; its beginning

    QByteArray header(QLatin1StringView name) const { return headers.value(name).toByteArray(); }
};

/// Takes an answer 200 or 206: `head` once, before the first byte, and then `bytes` as they come.
struct Consumer {
    std::function<Outcome<void>(const HttpAnswer&)> head;
    std::function<Outcome<void>(std::span<const std::byte>)> bytes;
};

/// Single exchanges with HTTP servers: no redirect is followed, no login made, no cookie kept, nothing decompressed.
/// Belongs to the thread that makes it; send() blocks it. No more than limits::kBuffer of an answer is read ahead of
/// its consumer.
class Http {
public:
    Http(Stop stop, const Proxies& proxies, const Patience& patience, Servers& servers);

    /// `trusted` are certificates beside the system's. Failures: Network, Cancelled, and those of the consumer. Where
    /// nothing is found or nothing listens, another attempt may help if the server has answered before.
    Outcome<HttpAnswer> send(const HttpRequest& request, const QByteArray& trusted, const Consumer& consumer);

    /// The last failure was a server that does not speak TLS.
    bool spokeNoTls() const { return m_spokeNoTls; }

    const Stop& stop() const { return m_stop; }
    const Patience& patience() const { return m_patience; }

private:
    QNetworkRequest prepare(const HttpRequest& request, const QByteArray& trusted) const;

    Stop m_stop;
    Proxies m_proxies;
    Patience m_patience;
    Servers& m_servers;
    QNetworkAccessManager m_manager;
    bool m_spokeNoTls = false;
};

} // namespace lamella::registry
