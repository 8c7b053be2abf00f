// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/auth/authorizer.h"

#include <QDBusConnection>
#include <QDBusPendingCallWatcher>
#include <QHash>

namespace lamella::helper {

/// Asks polkitd (polkit(8), org.freedesktop.PolicyKit1.Authority.CheckAuthorization). The subject is the bus name that
/// the bus daemon wrote on the message and nothing that the caller said (CVE-2017-8422); each call is checked by itself
/// (CVE-2020-27187).
class PolkitAuthorizer : public Authorizer {
    Q_OBJECT

public:
    explicit PolkitAuthorizer(const QDBusConnection& connection);

    void check(const AuthorizationRequest& request, Answer answer) override;
    void callerLeft(const QString& busName) override;

private:
    struct Question {
        AuthorizationRequest request;
        Answer answer;
    };

    void finished(const QString& cancellation, const QDBusPendingCallWatcher& watcher);
    void withdraw(const QString& cancellation);

    QDBusConnection m_connection;
    QHash<QString, Question> m_open; ///< by cancellation id
    quint64 m_next = 0;
};

} // namespace lamella::helper
