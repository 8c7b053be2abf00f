// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSet>
#include <QUrl>

#include <mutex>

namespace lamella::registry {

/// Which servers have answered: what keeps one of these from being reached may pass, and is not a name that somebody
/// has written wrong. For all transfers of one fetcher; from any thread.
class Servers {
public:
    void noteAnswer(const QUrl& url)
    {
        const std::scoped_lock lock{m_mutex};
        m_answered.insert(server(url));
    }
    bool hasAnswered(const QUrl& url) const
    {
        const std::scoped_lock lock{m_mutex};
        return m_answered.contains(server(url));
    }

private:
    static QString server(const QUrl& url) { return url.authority(QUrl::RemoveUserInfo | QUrl::FullyEncoded); }

    mutable std::mutex m_mutex;
    QSet<QString> m_answered;
};

} // namespace lamella::registry
