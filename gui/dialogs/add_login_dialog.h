// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

class QLineEdit;
class QPushButton;

namespace lamella::client {
struct Login;
}

namespace lamella::dialogs {

class LoginForm;

/// Asks for a registry and a login there. Deletes itself when closed.
class AddLoginDialog : public QDialog {
    Q_OBJECT

public:
    explicit AddLoginDialog(QWidget* parent);

public Q_SLOTS:
    void accept() override;

Q_SIGNALS:
    void chosen(const QString& scope, const lamella::client::Login& login);

private:
    void validate();

    QLineEdit* m_registry;
    LoginForm* m_login;
    QPushButton* m_ok;
};

} // namespace lamella::dialogs
