// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/login_form.h"

#include "gui/widgets/fonts.h"

#include <QCheckBox>
#include <QFormLayout>
#include <QLineEdit>

namespace lamella::dialogs {

LoginForm::LoginForm(QWidget* parent)
    : QWidget(parent)
    , m_user(new QLineEdit(this))
    , m_password(new QLineEdit(this))
    , m_keep(new QCheckBox(tr("&Keep this login in the keyring"), this))
{
    m_user->setObjectName(QStringLiteral("loginUser"));
    m_password->setObjectName(QStringLiteral("loginPassword"));
    m_password->setEchoMode(QLineEdit::Password);
    m_password->setPlaceholderText(tr("or an access token"));
    m_keep->setObjectName(QStringLiteral("loginKeep"));
    m_keep->setChecked(true);
    auto* form = new QFormLayout(this);
    form->setContentsMargins(0, 0, 0, 0);
    form->setSpacing(widgets::kSpacing);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->setLabelAlignment(Qt::AlignLeft);
    form->addRow(tr("&User"), m_user);
    form->addRow(tr("Pass&word"), m_password);
    form->addRow(QString(), m_keep);
    setFocusProxy(m_user);
    connect(m_user, &QLineEdit::textChanged, this, &LoginForm::changed);
    connect(m_password, &QLineEdit::textChanged, this, &LoginForm::changed);
}

client::Login LoginForm::login() const
{
    return {m_user->text().trimmed(), m_password->text(), {}};
}

void LoginForm::setUser(const QString& user)
{
    m_user->setText(user);
}

bool LoginForm::isComplete() const
{
    return !m_user->text().trimmed().isEmpty() && !m_password->text().isEmpty();
}

bool LoginForm::shallBeKept() const
{
    return m_keep->isChecked();
}

void LoginForm::hideKeep()
{
    m_keep->hide();
}

void LoginForm::forgetPassword()
{
    m_password->clear();
}

} // namespace lamella::dialogs
