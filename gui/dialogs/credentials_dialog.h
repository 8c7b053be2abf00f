// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/error.h"

#include <QDialog>
#include <QPointer>

class QLabel;
class QPushButton;
class QTreeWidget;

namespace lamella::client {
class Client;
class Credentials;
class RegistrySettings;
struct KnownLogin;
struct Login;
} // namespace lamella::client

namespace lamella::widgets {
class Banner;
}

namespace lamella::dialogs {

class LoginCheck;

/// The logins at registries: those in the keyring, which can be added and removed, and those that Docker and the
/// containers tools have written down, which are only read. Secrets are dots. Deletes itself when closed.
class CredentialsDialog : public QDialog {
    Q_OBJECT

public:
    CredentialsDialog(client::Client* client, client::Credentials* credentials, client::RegistrySettings* registries,
                      QWidget* parent = nullptr);

private:
    void buildTable();
    QWidget* buildButtons();
    void showLogins();
    void showButtons();
    void add();
    void keep(const QString& scope, const client::Login& login);
    void check();
    void askRemove();
    QString source(const client::KnownLogin& login) const;

    QPointer<client::Client> m_client;
    QPointer<client::Credentials> m_credentials;
    QPointer<client::RegistrySettings> m_registries;
    LoginCheck* m_check;
    widgets::Banner* m_banner;
    QTreeWidget* m_table;
    QLabel* m_empty;
    QPushButton* m_test = nullptr;
    QPushButton* m_remove = nullptr;
    bool m_checking = false;
};

} // namespace lamella::dialogs
