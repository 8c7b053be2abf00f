// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/session.h"

#include "engine/layer/digest.h"
#include "engine/registry/sentences.h"

#include <poll.h>

#include <random>

namespace lamella::registry {

namespace {

bool isRedirect(int status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// What a server says that may say something else later; of the 5xx only two are for ever: 501 (Not Implemented) and
/// 505 (HTTP Version Not Supported). Proxies and storage services have many of their own (520 to 529).
bool mayPass(int status)
{
    return status == 408 || status == 429 || (status >= 500 && status <= 599 && status != 501 && status != 505);
}

bool isSameServer(const QUrl& a, const QUrl& b)
{
    const auto port = [](const QUrl& url) { return url.port(url.scheme() == QLatin1String("https") ? 443 : 80); };
    return a.scheme() == b.scheme() && a.host() == b.host() && port(a) == port(b);
}

bool isLoopbackUrl(const QUrl& url)
{
    const auto host = url.host().toStdString();
    return isLoopback(host.contains(':') ? '[' + host + ']' : host);
}

} // namespace

Session::Session(const Name& name, const Access& access, const Endpoint& endpoint, Stop stop, Known& known)
    : m_name(name)
    , m_endpoint(endpoint)
    , m_tokens(known.tokens)
    , m_http(std::move(stop), access.proxies, access.patience, known.servers)
{
    m_base.setScheme(m_endpoint.plainHttp ? QStringLiteral("http") : QStringLiteral("https"));
    m_base.setAuthority(QString::fromStdString(m_endpoint.host));
}

std::string Session::atEndpoint(std::string_view repository) const
{
    return std::format("{}{}{}", m_endpoint.prefix, m_endpoint.prefix.empty() ? "" : "/", repository);
}

void Session::needs(std::string_view repository, std::string_view actions)
{
    m_scopes.push_back(std::format("repository:{}:{}", atEndpoint(repository), actions));
}

QUrl Session::url(std::string_view path) const
{
    QUrl url = m_base;
    url.setPath(QString::fromStdString(std::format("/v2/{}/{}", atEndpoint(m_name.repository), path)));
    return url;
}

QUrl Session::rootUrl() const
{
    QUrl url = m_base;
    url.setPath(QStringLiteral("/v2/"));
    return url;
}

std::string Session::key() const
{
    std::string key = m_endpoint.host + '\n' + m_endpoint.credentials.user + '\n'
        + layer::digestOf(m_endpoint.credentials.password + '\n' + m_endpoint.credentials.identityToken);
    for (const auto& scope : m_scopes)
        key += '\n' + scope;
    return key;
}

QUrl Session::asSpoken(QUrl url) const
{
    if (m_fellBack && url.authority() == m_base.authority())
        url.setScheme(m_base.scheme());
    return url;
}

bool Session::mayGo(const QUrl& from, const QUrl& to) const
{
    if (to.scheme() == QLatin1String("https"))
        return true;
    // Without TLS only what the user has said, and this machine; never from TLS to none.
    return to.scheme() == QLatin1String("http") && from.scheme() == QLatin1String("http")
        && (isLoopbackUrl(to) || (m_endpoint.plainHttp && isSameServer(to, m_base)));
}

Outcome<QUrl> Session::location(const HttpAnswer& answer, QUrl from) const
{
    from = asSpoken(std::move(from));
    const auto text = answer.header(QLatin1StringView("location"));
    const QUrl to = from.resolved(QUrl::fromEncoded(text, QUrl::StrictMode));
    if (text.isEmpty() || text.size() > static_cast<qsizetype>(limits::kUrl) || !to.isValid() || to.host().isEmpty()
        || !to.userInfo().isEmpty())
        return failure(ErrorKind::Network, std::format("{} redirects to an address that is none", m_endpoint.host));
    if (!mayGo(from, to))
        return failure(ErrorKind::Network,
                       std::format("{} redirects to an address without TLS, which is refused", m_endpoint.host));
    return to;
}

bool Session::isTrustedHost(const QUrl& url) const
{
    return url.host() == m_base.host() || (!m_tokenHost.isEmpty() && url.host() == m_tokenHost);
}

Outcome<HttpAnswer> Session::exchange(const HttpRequest& request, const Consumer& consumer)
{
    const auto trusted = isTrustedHost(request.url) ? QByteArray::fromStdString(m_endpoint.certificates) : QByteArray{};
    return m_http.send(request, trusted, consumer);
}

Outcome<HttpAnswer> Session::follow(HttpRequest request, const QByteArray& authorization, const Consumer& consumer)
{
    for (int redirects = 0;; ++redirects) {
        if (!authorization.isEmpty() && isSameServer(request.url, m_base))
            request.headers.replaceOrAppend(QHttpHeaders::WellKnownHeader::Authorization, authorization);
        else
            request.headers.removeAll(QHttpHeaders::WellKnownHeader::Authorization);
        auto answer = TRY(exchange(request, consumer));
        if (!isRedirect(answer.status) || (request.method != "GET" && request.method != "HEAD"))
            return answer;
        if (redirects == limits::kRedirects)
            return failure(ErrorKind::Network,
                           std::format("{} redirects more than {} times", m_endpoint.host, limits::kRedirects));
        request.url = TRY(location(answer, request.url));
    }
}

Outcome<HttpAnswer> Session::send(HttpRequest request, const Consumer& consumer)
{
    request.url = asSpoken(std::move(request.url));
    auto authorization = m_tokens.find(key());
    auto answer = follow(request, authorization.value_or(QByteArray{}), consumer);
    if (!answer && m_http.spokeNoTls() && m_base.scheme() == QLatin1String("https") && isLoopback(m_endpoint.host)) {
        m_fellBack = true;
        m_base.setScheme(QStringLiteral("http")); // what people run on their own machine often has no TLS
        request.url.setScheme(QStringLiteral("http"));
        answer = follow(request, authorization.value_or(QByteArray{}), consumer);
    }
    if (!answer || answer->status != 401)
        return answer;
    m_asked = true;
    if (authorization)
        m_tokens.forget(key(), *authorization); // it is over, or was never enough
    return follow(request, TRY(logIn(*answer)), consumer);
}

Failure Session::refusal(const HttpAnswer& answer, std::string_view what) const
{
    const auto after = parseRetryAfter(answer.header(QLatin1StringView("retry-after")).toStdString(),
                                       std::chrono::system_clock::now());
    return {statusError(m_name, what, answer.status,
                        {answer.text.constData(), static_cast<std::size_t>(answer.text.size())}),
            mayPass(answer.status), after};
}

Result<HttpAnswer> Session::ask(const HttpRequest& request, std::string_view what, const Consumer& consumer)
{
    return retry([&]() -> Outcome<HttpAnswer> {
        auto answer = TRY(send(request, consumer));
        if (answer.status < 200 || answer.status > 299)
            return std::unexpected(refusal(answer, what));
        return answer;
    });
}

Result<void> Session::pause(int failed, const Failure& failure) const
{
    std::chrono::milliseconds wait{0};
    if (failure.after && *failure.after > limits::kRetryAfterMost)
        return std::unexpected(failure.error);
    const auto doubled
        = std::min(m_http.patience().backOff * (1 << std::clamp(failed - 1, 0, 10)), limits::kBackOffMost);
    thread_local std::minstd_rand random{std::random_device{}()};
    wait = doubled / 2 + std::chrono::milliseconds{std::uniform_int_distribution<long>{0, doubled.count() / 2}(random)};
    if (failure.after)
        wait = std::max<std::chrono::milliseconds>(wait, *failure.after);
    pollfd stopped{m_http.stop().event.get(), POLLIN, 0};
    if (::poll(&stopped, 1, static_cast<int>(wait.count())) > 0 || m_http.stop().token.stop_requested())
        return lamella::failure(ErrorKind::Cancelled, "the transfer was cancelled");
    return {};
}

} // namespace lamella::registry
