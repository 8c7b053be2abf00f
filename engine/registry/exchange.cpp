// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/exchange.h"

#include "engine/registry/proxy.h"
#include "engine/registry/request_body.h"
#include "engine/registry/sentences.h"

#include <QEventLoop>
#include <QNetworkReply>
#include <QSslCertificate>
#include <QTimer>

#include <memory>
#include <vector>

namespace lamella::registry {

namespace {

struct DeleteReply {
    void operator()(QNetworkReply* reply) const
    {
        reply->disconnect();
        reply->abort();
        delete reply;
    }
};

/// One exchange from its first byte to its last.
class Exchange {
public:
    Exchange(QNetworkReply* reply, const HttpRequest& request, const Consumer& consumer, const Patience& patience,
             Servers& servers)
        : m_reply(reply)
        , m_request(request)
        , m_consumer(consumer)
        , m_patience(patience)
        , m_servers(servers)
        , m_buffer(limits::kBuffer / 4)
    {
        m_reply->setReadBufferSize(limits::kBuffer);
        m_quiet.setSingleShot(true);
        m_whole.setSingleShot(true);
    }

    Outcome<HttpAnswer> run(std::stop_token stop)
    {
        // Queued, so that it also counts when it comes before the loop runs.
        const std::stop_callback onStop{
            stop, [this] { QMetaObject::invokeMethod(&m_loop, &QEventLoop::quit, Qt::QueuedConnection); }};
        watch();
        if (!stop.stop_requested() && !m_reply->isFinished() && !m_failure)
            m_loop.exec();
        if (stop.stop_requested())
            return std::unexpected(Failure{Error::of(ErrorKind::Cancelled, "the transfer was cancelled")});
        while (!m_failure && m_reply->isFinished() && m_reply->bytesAvailable() > 0)
            takeBytes();
        return outcome();
    }

    bool spokeNoTls() const
    {
        if (m_encrypted || m_untrusted || m_request.url.scheme() != QLatin1String("https"))
            return false;
        return m_reply->error() == QNetworkReply::SslHandshakeFailedError
            || m_reply->error() == QNetworkReply::RemoteHostClosedError;
    }

private:
    void watch()
    {
        auto* reply = m_reply.get();
        const auto alive = [this] { m_quiet.start(m_patience.idle); };
        QObject::connect(reply, &QNetworkReply::requestSent, &m_loop, alive);
        QObject::connect(reply, &QNetworkReply::uploadProgress, &m_loop, alive);
        QObject::connect(reply, &QNetworkReply::metaDataChanged, &m_loop, alive);
        QObject::connect(reply, &QNetworkReply::encrypted, &m_loop, [this] { m_encrypted = true; });
        QObject::connect(reply, &QNetworkReply::sslErrors, &m_loop, [this](const QList<QSslError>& errors) {
            m_untrusted = true;
            m_tlsWords = errors.isEmpty() ? QString{} : errors.first().errorString();
        });
        QObject::connect(reply, &QNetworkReply::readyRead, &m_loop, [this] {
            takeBytes();
            m_quiet.start(m_patience.idle); // what the consumer took does not count
        });
        QObject::connect(reply, &QNetworkReply::finished, &m_loop, &QEventLoop::quit);
        const auto late = [this] {
            fail({Error::of(
                      ErrorKind::Network,
                      std::format("{} does not answer: try again later, or check the network and the proxy", host())),
                  true});
        };
        QObject::connect(&m_quiet, &QTimer::timeout, &m_loop, late);
        QObject::connect(&m_whole, &QTimer::timeout, &m_loop, late);
        m_quiet.start(m_patience.connect);
        if (!m_request.isBlob)
            m_whole.start(m_patience.whole);
    }

    void takeBytes()
    {
        if (m_failure || !takeHead())
            return;
        while (!m_failure) {
            const auto count = m_reply->read(m_buffer.data(), static_cast<qint64>(m_buffer.size()));
            if (count <= 0)
                return;
            take(std::span{m_buffer}.first(static_cast<std::size_t>(count)));
        }
    }

    void take(std::span<const char> bytes)
    {
        m_received += bytes.size();
        if (m_consumes) {
            if (auto taken = m_consumer.bytes(std::as_bytes(bytes)); !taken)
                fail(std::move(taken).error());
            return;
        }
        // Enough to say why; the connection is not worth more.
        m_answer.text.append(bytes.data(),
                             static_cast<qsizetype>(std::min(
                                 bytes.size(), limits::kErrorAnswer - static_cast<std::size_t>(m_answer.text.size()))));
        if (static_cast<std::size_t>(m_answer.text.size()) == limits::kErrorAnswer)
            stopReading();
    }

    bool takeHead()
    {
        if (m_answer.status != 0)
            return true;
        m_answer.status = m_reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
        if (m_answer.status == 0)
            return false;
        m_servers.noteAnswer(m_request.url);
        m_answer.headers = m_reply->headers();
        m_consumes = m_consumer.bytes && (m_answer.status == 200 || m_answer.status == 206);
        if (m_consumes && m_consumer.head) {
            if (auto taken = m_consumer.head(m_answer); !taken)
                fail(std::move(taken).error());
        }
        return !m_failure;
    }

    void stopReading()
    {
        m_enough = true;
        m_loop.exit();
    }

    void fail(Failure failure)
    {
        m_failure = std::move(failure);
        m_loop.exit();
    }

    Outcome<HttpAnswer> outcome()
    {
        if (!m_failure && !m_enough)
            takeHead();
        if (m_failure)
            return std::unexpected(std::move(*m_failure));
        if (m_answer.status == 0
            || (!m_enough && m_reply->error() != QNetworkReply::NoError && isTransport(m_reply->error())))
            return std::unexpected(transportFailure());
        if (const auto length = m_answer.header(QLatin1StringView("content-length"));
            m_consumes && !length.isEmpty() && m_received < length.toULongLong())
            return std::unexpected(broken());
        return std::move(m_answer);
    }

    // Errors of the connection and of the proxy; the others are what a status says (QNetworkReply::NetworkError), and
    // so is ProtocolInvalidOperationError, which is 400, where there is a status.
    static bool isTransport(QNetworkReply::NetworkError error)
    {
        return error < QNetworkReply::ContentAccessDenied || error == QNetworkReply::ProtocolFailure
            || error == QNetworkReply::ProtocolUnknownError;
    }

    std::string host() const
    {
        return printable(m_request.url.authority(QUrl::RemoveUserInfo | QUrl::FullyEncoded).toStdString());
    }

    Failure broken() const
    {
        return {Error::of(ErrorKind::Network, std::format("{} breaks off the transfer: try again later", host())),
                true};
    }

    Failure transportFailure() const
    {
        const auto words
            = printable((m_untrusted && !m_tlsWords.isEmpty() ? m_tlsWords : m_reply->errorString()).toStdString());
        const auto network = [](std::string text, bool again) {
            return Failure{Error::of(ErrorKind::Network, std::move(text)), again};
        };
        const bool mayPass = m_servers.hasAnswered(m_request.url);
        switch (m_reply->error()) {
        case QNetworkReply::SslHandshakeFailedError:
            return network(
                std::format(
                    "the TLS connection to {} fails: {}; if the registry has a CA of its own, add its certificate",
                    host(), words),
                false);
        case QNetworkReply::HostNotFoundError:
            return network(std::format("there is no host {}: check the name and the network", host()), mayPass);
        case QNetworkReply::ConnectionRefusedError:
            return network(std::format("nothing listens on {}: check the name and the port", host()), mayPass);
        case QNetworkReply::ProxyConnectionRefusedError:
        case QNetworkReply::ProxyNotFoundError:
        case QNetworkReply::ProxyAuthenticationRequiredError:
            return network(std::format("the proxy for {} cannot be used: {}", host(), words),
                           mayPass && m_reply->error() != QNetworkReply::ProxyAuthenticationRequiredError);
        case QNetworkReply::RemoteHostClosedError:
        case QNetworkReply::ContentReSendError: // request_body.h
            return broken();
        default:
            return network(std::format("{} cannot be reached: {}", host(), words), true);
        }
    }

    std::unique_ptr<QNetworkReply, DeleteReply> m_reply;
    const HttpRequest& m_request;
    const Consumer& m_consumer;
    const Patience& m_patience;
    Servers& m_servers;
    QEventLoop m_loop;
    QTimer m_quiet;
    QTimer m_whole;
    std::vector<char> m_buffer;
    HttpAnswer m_answer;
    QString m_tlsWords;
    std::optional<Failure> m_failure;
    std::uint64_t m_received = 0;
    bool m_consumes = false;
    bool m_encrypted = false;
    bool m_untrusted = false;
    bool m_enough = false;
};

} // namespace

Http::Http(Stop stop, const Proxies& proxies, const Patience& patience, Servers& servers)
    : m_stop(std::move(stop))
    , m_proxies(proxies)
    , m_patience(patience)
    , m_servers(servers)
{
}

QNetworkRequest Http::prepare(const HttpRequest& request, const QByteArray& trusted) const
{
    QNetworkRequest prepared{request.url};
    QHttpHeaders headers = request.headers;
    headers.append(QHttpHeaders::WellKnownHeader::UserAgent, "lamella");
    headers.append(QHttpHeaders::WellKnownHeader::AcceptEncoding, "identity"); // digests are of what is stored
    prepared.setHeaders(headers);
    prepared.setAttribute(QNetworkRequest::RedirectPolicyAttribute, QNetworkRequest::ManualRedirectPolicy);
    prepared.setAttribute(QNetworkRequest::Http2AllowedAttribute, false); // it reads ahead without a limit
    prepared.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    prepared.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    prepared.setAttribute(QNetworkRequest::AuthenticationReuseAttribute, QNetworkRequest::Manual);
    prepared.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    prepared.setTransferTimeout(std::chrono::milliseconds{0});
    if (!trusted.isEmpty()) {
        auto tls = QSslConfiguration::defaultConfiguration();
        tls.setCaCertificates(QSslConfiguration::systemCaCertificates() + QSslCertificate::fromData(trusted));
        prepared.setSslConfiguration(tls);
    }
    return prepared;
}

Outcome<HttpAnswer> Http::send(const HttpRequest& request, const QByteArray& trusted, const Consumer& consumer)
{
    m_manager.setProxy(proxyFor(request.url, m_proxies));
    const auto prepared = prepare(request, trusted);
    RequestBody once{request.body};
    // Of those that registries know, only PATCH does more when it comes twice (RFC 5789, section 2).
    auto* reply = request.method == "GET" ? m_manager.get(prepared)
        : request.method == "HEAD"        ? m_manager.head(prepared)
        : request.method == "PATCH"       ? m_manager.sendCustomRequest(prepared, request.method, &once)
                                          : m_manager.sendCustomRequest(prepared, request.method, request.body);
    Exchange exchange{reply, request, consumer, m_patience, m_servers};
    auto outcome = exchange.run(m_stop.token);
    m_spokeNoTls = !outcome && exchange.spokeNoTls();
    return outcome;
}

} // namespace lamella::registry
