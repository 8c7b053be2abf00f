// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/objects/services.h"
#include "helper/objects/session_object.h"

#include <QList>
#include <QObject>

namespace lamella::helper {

/// The sessions: caps them per user, follows their ends, hangs them up when their caller leaves the bus and takes them
/// out of the tree a minute after they ended.
class Sessions : public QObject {
    Q_OBJECT

public:
    explicit Sessions(std::chrono::milliseconds kept = std::chrono::seconds(60));

    /// Called once, when the services are there.
    void follow(Services& services);

    /// A place for one more. Errors: LimitExceeded.
    Result<Quota::Place> reserve(uid_t uid) { return m_quota.take(uid); }

    /// Enters a session; null (and hung up) where the caller has left meanwhile.
    SessionObject* add(SessionObject::Details details);

private:
    void callerLeft(const QString& busName);
    void execExited(const std::string& id, unsigned exec, int status);
    /// The container does not run any more, or has gone.
    void containerEnded(const std::string& id);
    void expire(SessionObject* session);
    void remove(SessionObject* session);

    std::chrono::milliseconds m_kept;
    Services* m_services = nullptr;
    Quota m_quota{32, "sessions"};
    QList<SessionObject*> m_sessions;
    quint64 m_last = 0;
};

} // namespace lamella::helper
