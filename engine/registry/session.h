// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/registry/challenge.h"
#include "engine/registry/exchange.h"
#include "engine/registry/known.h"
#include "engine/registry/protocol.h"

#include <functional>
#include <string>
#include <vector>

namespace lamella::registry {

/// Requests to one registry or mirror: with the login that it asks for, and redirects followed. Belongs to one thread.
/// The Authorization header goes to the endpoint alone, never where it redirects to.
class Session {
public:
    Session(const Name& name, const Access& access, const Endpoint& endpoint, Stop stop, Known& known);

    /// What will be done to a repository: "pull", or "pull,push".
    void needs(std::string_view repository, std::string_view actions);

    /// The address of "/v2/<repository>/<path>"; the path's parts must be safe in URLs as they are.
    QUrl url(std::string_view path) const;
    /// The address of "/v2/": whether a registry is there, and lets one in (distribution-spec, "Determining Support").
    QUrl rootUrl() const;

    /// It was asked for a login, up to now.
    bool wasAskedForLogin() const { return m_asked; }

    /// One request, sent once more when a login was needed. An answer that is an error is an answer. Only GET and HEAD
    /// follow redirects.
    Outcome<HttpAnswer> send(HttpRequest request, const Consumer& consumer = {});

    /// Like send(), again for as long as that may help; what is no success is a failure that says what was asked for.
    Result<HttpAnswer> ask(const HttpRequest& request, std::string_view what, const Consumer& consumer = {});

    /// The address that an answer's Location header names, where it may be followed.
    Outcome<QUrl> location(const HttpAnswer& answer, QUrl from) const;

    /// An answer that is no success; again where that may help.
    Failure refusal(const HttpAnswer& answer, std::string_view what) const;

    /// Calls `attempt`, which returns an Outcome, with growing pauses between failures that may pass. `progress` says
    /// whether the last attempt got any further.
    template <class Attempt>
    auto retry(Attempt attempt, const std::function<bool()>& progress = {})
        -> Result<typename decltype(attempt())::value_type>
    {
        for (int failed = 0, total = 0;;) {
            auto outcome = attempt();
            if (outcome) {
                if constexpr (std::is_void_v<typename decltype(attempt())::value_type>)
                    return {};
                else
                    return std::move(*outcome);
            }
            auto failure = std::move(outcome).error();
            failed = progress && progress() ? 0 : failed + 1;
            if (!failure.again || failed >= m_http.patience().attempts || ++total >= limits::kAttemptsWithProgress)
                return std::unexpected(std::move(failure.error));
            TRY(pause(failed, failure));
        }
    }

private:
    Outcome<HttpAnswer> follow(HttpRequest request, const QByteArray& authorization, const Consumer& consumer);
    Outcome<HttpAnswer> exchange(const HttpRequest& request, const Consumer& consumer);
    Outcome<QByteArray> logIn(const HttpAnswer& answer);
    Outcome<QByteArray> basic() const;
    Outcome<QByteArray> bearer(const Challenge& challenge);
    Outcome<HttpRequest> tokenRequest(const Challenge& challenge) const;
    Outcome<QByteArray> tokenOf(const HttpAnswer& answer, const QByteArray& text);
    Result<void> pause(int failed, const Failure& failure) const;
    QUrl asSpoken(QUrl url) const; ///< with the scheme that the registry was found to speak
    bool mayGo(const QUrl& from, const QUrl& to) const;
    bool isTrustedHost(const QUrl& url) const;
    std::string key() const;
    std::string atEndpoint(std::string_view repository) const;

    const Name& m_name;
    const Endpoint& m_endpoint;
    Tokens& m_tokens;
    Http m_http;
    std::vector<std::string> m_scopes;
    QUrl m_base;
    QString m_tokenHost;
    bool m_asked = false;
    bool m_fellBack = false; ///< from https to http, on this machine
};

} // namespace lamella::registry
