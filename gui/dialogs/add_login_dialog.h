// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/error.h"

#include <QDialog>

class QLineEdit;
class QProgressBar;
class QPushButton;

namespace lamella::client {
class Client;
class RegistrySettings;
struct Login;
} // namespace lamella::client

namespace lamella::widgets {
class Banner;
}

namespace lamella::dialogs {

class LoginCheck;
class LoginForm;

/// Asks for a registry and a login there, and the registry whether it takes it. A login that could not be checked, or
/// was refused, may be kept all the same. Deletes itself when closed.
class AddLoginDialog : public QDialog {
    Q_OBJECT

public:
    AddLoginDialog(client::Client* client, client::RegistrySettings* registries, QWidget* parent);

public Q_SLOTS:
    void accept() override;

Q_SIGNALS:
    void chosen(const QString& scope, const lamella::client::Login& login);

private:
    void build();
    QWidget* buildButtons();
    void edited();
    void updateButtons();
    void checked(const client::Outcome<bool>& outcome);
    void keep();
    void setBusy(bool busy);
    QString scope() const;

    LoginCheck* m_check;
    widgets::Banner* m_banner;
    QWidget* m_content;
    QLineEdit* m_registry;
    LoginForm* m_login;
    QProgressBar* m_progress;
    QPushButton* m_ok = nullptr;
    QPushButton* m_anyway = nullptr;
    bool m_busy = false;
};

} // namespace lamella::dialogs
