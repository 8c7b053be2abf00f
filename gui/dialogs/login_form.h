// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/credential_files.h"

#include <QWidget>

class QCheckBox;
class QLabel;
class QLineEdit;

namespace lamella::dialogs {

/// User and password for a registry, and whether they are to be remembered. The password is shown as dots.
class LoginForm : public QWidget {
    Q_OBJECT

public:
    explicit LoginForm(QWidget* parent = nullptr);

    client::Login login() const;
    void setUser(const QString& user);
    bool isComplete() const;
    bool shallBeKept() const;
    /// Where it is always kept there is nothing to choose.
    void hideKeep();
    void forgetPassword();

Q_SIGNALS:
    void changed();

private:
    QLineEdit* m_user;
    QLineEdit* m_password;
    QCheckBox* m_keep;
};

} // namespace lamella::dialogs
