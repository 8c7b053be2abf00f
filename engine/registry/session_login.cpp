// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/session.h"

#include "engine/base/json.h"
#include "engine/image/fields.h"
#include "engine/registry/sentences.h"

#include <QUrlQuery>

/// Logging in: Basic (RFC 7617), and Bearer by the token specification of distribution ("Token Authentication
/// Specification", "OAuth2 Token Authentication").
namespace lamella::registry {

namespace {

constexpr std::size_t kToken = 64u << 10;

QByteArray basicHeader(const Credentials& credentials)
{
    auto pair = QByteArray::fromStdString(credentials.user + ':' + credentials.password);
    const auto header = "Basic " + pair.toBase64();
    pair.fill('\0');
    return header;
}

const Challenge* find(const std::vector<Challenge>& challenges, std::string_view scheme)
{
    const auto found = std::ranges::find(challenges, scheme, &Challenge::scheme);
    return found == challenges.end() ? nullptr : &*found;
}

QByteArray escaped(const std::string& text)
{
    return QUrl::toPercentEncoding(QString::fromStdString(text));
}

} // namespace

Outcome<QByteArray> Session::logIn(const HttpAnswer& answer)
{
    std::vector<Challenge> challenges;
    for (const auto& header : answer.headers.values(QHttpHeaders::WellKnownHeader::WWWAuthenticate)) {
        auto some = TRY(parseChallenges({header.constData(), static_cast<std::size_t>(header.size())}));
        challenges.insert(challenges.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
    }
    if (const auto* challenge = find(challenges, "bearer"))
        return bearer(*challenge);
    if (find(challenges, "basic") && !m_endpoint.credentials.password.empty())
        return basic();
    return std::unexpected(refusal(answer, "answer without a login"));
}

Outcome<QByteArray> Session::basic() const
{
    if (m_endpoint.credentials.user.contains(':'))
        return failure(ErrorKind::InvalidArgument,
                       "the login's user name has a colon, which Basic authentication cannot carry");
    auto header = basicHeader(m_endpoint.credentials);
    m_tokens.keep(key(), header, Tokens::Clock::time_point::max());
    return header;
}

Outcome<HttpRequest> Session::tokenRequest(const Challenge& challenge) const
{
    const auto parameter = [&challenge](const char* name) {
        const auto found = challenge.parameters.find(name);
        return found == challenge.parameters.end() ? std::string{} : found->second;
    };
    const auto& credentials = m_endpoint.credentials;
    HttpRequest request;
    const auto realm = parameter("realm");
    request.url = QUrl::fromEncoded(QByteArray::fromStdString(realm), QUrl::StrictMode);
    if (realm.size() > limits::kUrl || !request.url.isValid() || request.url.host().isEmpty()
        || !request.url.userInfo().isEmpty()
        || (request.url.scheme() != QLatin1String("https") && !mayGo(m_base, request.url)))
        return failure(ErrorKind::Network,
                       std::format("{} names a token server without TLS, or none, which is refused", m_endpoint.host));
    const bool posts = !credentials.identityToken.empty();
    QByteArray query = posts ? QByteArray{} : request.url.query(QUrl::FullyEncoded).toLatin1();
    const auto add = [&query](const char* key, const std::string& value) {
        query += (query.isEmpty() ? "" : "&") + QByteArray{key} + '=' + escaped(value);
    };
    if (const auto service = parameter("service"); !service.empty())
        add("service", service);
    std::string scopes; // one parameter for each; a form has one for all
    for (const auto& scope : m_scopes)
        posts ? static_cast<void>(scopes += (scopes.empty() ? "" : " ") + scope) : add("scope", scope);
    if (posts) {
        add("scope", scopes);
        add("client_id", "lamella");
        add("grant_type", "refresh_token");
        add("refresh_token", credentials.identityToken);
        request.method = "POST";
        request.body = query;
        request.headers.append(QHttpHeaders::WellKnownHeader::ContentType, "application/x-www-form-urlencoded");
        return request;
    }
    if (!credentials.password.empty()) {
        add("account", credentials.user);
        request.headers.append(QHttpHeaders::WellKnownHeader::Authorization, basicHeader(credentials));
    }
    request.url.setQuery(QString::fromLatin1(query), QUrl::StrictMode);
    return request;
}

Outcome<QByteArray> Session::bearer(const Challenge& challenge)
{
    const auto request = TRY(tokenRequest(challenge));
    m_tokenHost = request.url.host();
    QByteArray text;
    const Consumer consumer{{}, [&text](std::span<const std::byte> bytes) -> Outcome<void> {
                                text.append(reinterpret_cast<const char*>(bytes.data()),
                                            static_cast<qsizetype>(bytes.size()));
                                if (static_cast<std::size_t>(text.size()) > limits::kTokenAnswer)
                                    return failure(ErrorKind::LimitExceeded, "the token server's answer is too long");
                                return {};
                            }};
    const auto answer = TRY(exchange(request, consumer));
    return tokenOf(answer, text);
}

Outcome<QByteArray> Session::tokenOf(const HttpAnswer& answer, const QByteArray& text)
{
    if ((answer.status == 400 || answer.status == 401 || answer.status == 403) && !m_endpoint.credentials.empty())
        return failure(ErrorKind::RegistryDenied,
                       std::format("{} does not accept the login: check user name and password", m_name.registry));
    if (answer.status != 200)
        return std::unexpected(refusal(answer, "token"));
    const auto document
        = TRY(parseJson({text.constData(), static_cast<std::size_t>(text.size())}, "the token server's answer"));
    const auto fields = TRY(image::Fields::of(document, "the token server's answer"));
    auto token = TRY(fields.text("token", kToken));
    if (token.empty())
        token = TRY(fields.text("access_token", kToken));
    if (token.empty() || !std::ranges::all_of(token, [](char c) { return c > ' ' && c < 0x7f; }))
        return failure(ErrorKind::Network, "the token server's answer has no token");
    // A little less, for the way there; what it does not say or exaggerates is within a minute and an hour.
    const auto seconds = TRY(fields.number("expires_in", UINT32_MAX));
    const auto life = seconds == 0 ? limits::kTokenLife : std::chrono::seconds{std::min<std::uint64_t>(seconds, 3600)};
    auto header = "Bearer " + QByteArray::fromStdString(token);
    m_tokens.keep(key(), header, Tokens::Clock::now() + life * 9 / 10);
    return header;
}

} // namespace lamella::registry
