// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/credential_files.h"
#include "gui/client/error.h"

#include <QObject>
#include <QPointer>

#include <functional>

namespace lamella::client {
class Client;
class JobClient;
class RegistrySettings;
} // namespace lamella::client

namespace lamella::dialogs {

/// Asks a registry, as it is reached by its settings, whether it takes a login, one at a time; what is under way ends
/// with this object.
class LoginCheck : public QObject {
    Q_OBJECT

public:
    /// Whether it takes the login; false where it asks nobody for one.
    using Answer = std::function<void(const client::Outcome<bool>&)>;

    LoginCheck(client::Client* client, client::RegistrySettings* registries, QObject* parent = nullptr);
    ~LoginCheck() override;

    /// `scope`: a registry, or a part of one. Forgets what was asked before.
    void start(const QString& scope, const client::Login& login, const Answer& answer);
    void cancel();

    /// The outcome in a sentence.
    static QString sentence(const QString& scope, const client::Outcome<bool>& outcome);

private:
    void follow(client::JobClient* job, int asked, const Answer& answer);

    QPointer<client::Client> m_client;
    QPointer<client::RegistrySettings> m_registries;
    QPointer<client::JobClient> m_job;
    int m_asked = 0;
};

} // namespace lamella::dialogs
