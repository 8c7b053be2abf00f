// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace lamella::registry {

/// What the Authorization header of a registry is for a scope, as long as that holds. For all transfers of one fetcher;
/// from any thread.
class Tokens {
public:
    using Clock = std::chrono::steady_clock;

    std::optional<QByteArray> find(const std::string& key)
    {
        const std::scoped_lock lock{m_mutex};
        const auto found = m_tokens.find(key);
        if (found == m_tokens.end() || found->second.until <= Clock::now())
            return std::nullopt;
        return found->second.header;
    }
    void keep(const std::string& key, QByteArray header, Clock::time_point until)
    {
        const std::scoped_lock lock{m_mutex};
        m_tokens.insert_or_assign(key, Token{std::move(header), until});
    }
    /// Unless it is another one by now.
    void forget(const std::string& key, const QByteArray& header)
    {
        const std::scoped_lock lock{m_mutex};
        if (const auto found = m_tokens.find(key); found != m_tokens.end() && found->second.header == header)
            m_tokens.erase(found);
    }

private:
    struct Token {
        QByteArray header;
        Clock::time_point until;
    };
    std::mutex m_mutex;
    std::map<std::string, Token> m_tokens;
};

} // namespace lamella::registry
