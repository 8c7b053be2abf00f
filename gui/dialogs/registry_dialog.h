// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/error.h"
#include "gui/client/job_client.h"
#include "gui/client/types.h"
#include "gui/dialogs/registry_fields.h"

#include <QDialog>
#include <QPointer>
#include <QTimer>

#include <functional>

class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QToolButton;

namespace lamella::client {
class Client;
class Credentials;
struct Login;
} // namespace lamella::client

namespace lamella::widgets {
class Banner;
class FoldOut;
} // namespace lamella::widgets

namespace lamella::dialogs {

class LoginForm;

/// One request to a registry.
struct RegistryRequest {
    QString reference; ///< canonical
    client::RegistryOptions options; ///< with the login
    client::RegistrySetting setting; ///< what of it is remembered for the registry
    bool keepLogin = false; ///< a person typed it, and wants it remembered
};

/// Asks what to pull, or under which name to push, and begins it. It says the canonical name before anything is asked
/// of a registry, takes the login and the settings that are known for it, and asks for a login in place where the
/// registry refuses. When the work is under way it closes and leaves the job to its caller, and what is to be
/// remembered of the request, too. Deletes itself when closed.
class RegistryDialog : public QDialog {
    Q_OBJECT

public:
    using Start = std::function<client::Pending<QPointer<client::JobClient>>(const RegistryRequest&)>;

    /// `names` complete what is typed.
    RegistryDialog(RegistryFields::For purpose, client::Client* client, client::Credentials* credentials,
                   client::RegistrySettings* registries, const QStringList& names, Start start,
                   QWidget* parent = nullptr);

    /// What is in the field at first.
    void setReference(const QString& reference);
    /// What is pulled, where it is not for this machine.
    void setPlatform(const QString& platform);
    /// As it was tried before: asks for a login at once.
    void setRefused(const RegistryRequest& request, const QString& sentence);

public Q_SLOTS:
    void accept() override;
    void reject() override;

Q_SIGNALS:
    /// It is under way; what becomes of the job is for others to watch.
    void begun(lamella::client::JobClient* job, const lamella::dialogs::RegistryRequest& request);

private:
    void build();
    QWidget* buildName();
    QWidget* buildButtons();
    void nameEdited();
    void resolve();
    void showName(const QString& text, bool problem);
    void showSetting();
    void listTags();
    void showTags(const QStringList& tags);
    void withLogin(const std::function<void(const RegistryRequest&)>& then);
    std::expected<RegistryRequest, QString> request() const;
    void begin(const RegistryRequest& request);
    void follow(client::JobClient* job, const RegistryRequest& request);
    void underWay(const RegistryRequest& request);
    void showFailure(const client::ClientError& error);
    void askForLogin(const QString& sentence);
    void setBusy(bool busy);
    void updateButtons();
    QString repository() const;

    RegistryFields::For m_purpose;
    QPointer<client::Client> m_client;
    QPointer<client::Credentials> m_credentials;
    QPointer<client::RegistrySettings> m_registries;
    QStringList m_names;
    Start m_start;
    widgets::Banner* m_banner;
    QWidget* m_content;
    QLineEdit* m_name;
    QToolButton* m_tags;
    QLabel* m_canonical;
    LoginForm* m_login;
    widgets::FoldOut* m_more;
    RegistryFields* m_fields;
    QProgressBar* m_progress;
    QPushButton* m_ok = nullptr;
    QTimer m_pause;
    QString m_reference; ///< what the name in the field means; empty until it is known
    quint64 m_asked = 0; ///< the number of the newest question
    QPointer<client::JobClient> m_job;
    bool m_busy = false;
};

} // namespace lamella::dialogs
