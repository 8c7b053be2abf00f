// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/add_login_dialog.h"

#include "gui/client/client.h"
#include "gui/client/credential_files.h"
#include "gui/dialogs/forms.h"
#include "gui/dialogs/login_check.h"
#include "gui/dialogs/login_form.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/fonts.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>

namespace lamella::dialogs {

AddLoginDialog::AddLoginDialog(client::Client* client, client::RegistrySettings* registries, QWidget* parent)
    : QDialog(parent)
    , m_check(new LoginCheck(client, registries, this))
    , m_banner(new widgets::Banner(this))
    , m_content(new QWidget(this))
    , m_registry(new QLineEdit(m_content))
    , m_login(new LoginForm(m_content))
    , m_progress(new QProgressBar(this))
{
    setObjectName(QStringLiteral("addLoginDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Add a login"));
    build();
    setMinimumWidth(440);
    growWithContent(this);
    connect(m_registry, &QLineEdit::textChanged, this, &AddLoginDialog::edited);
    connect(m_login, &LoginForm::changed, this, &AddLoginDialog::edited);
    m_registry->setFocus();
    updateButtons();
}

void AddLoginDialog::build()
{
    m_registry->setObjectName(QStringLiteral("loginRegistry"));
    m_registry->setPlaceholderText(tr("docker.io, quay.io/team, host:5000, …"));
    m_login->hideKeep();
    auto* form = new QFormLayout(m_content);
    form->setContentsMargins(0, 0, 0, 0);
    form->setSpacing(widgets::kSpacing);
    form->setLabelAlignment(Qt::AlignLeft);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("&Registry"), m_registry);
    form->addRow(m_login);
    alignForms({m_content, m_login});
    m_progress->setObjectName(QStringLiteral("loginProgress"));
    m_progress->setAccessibleName(tr("The registry is being asked"));
    layOutAsking(this, m_banner, m_content, m_progress, buildButtons());
}

QWidget* AddLoginDialog::buildButtons()
{
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    m_ok->setText(tr("&Add"));
    m_ok->setToolTip(tr("Ask the registry whether it takes this login, and keep it"));
    m_ok->setObjectName(QStringLiteral("addLoginOk"));
    m_anyway = buttons->addButton(tr("Add a&nyway"), QDialogButtonBox::ActionRole);
    m_anyway->setObjectName(QStringLiteral("addLoginAnyway"));
    m_anyway->setToolTip(tr("Keep the login as it is, although the registry has not taken it"));
    m_anyway->setAutoDefault(false);
    m_anyway->hide();
    const QList<QAbstractButton*> all = buttons->buttons();
    for (QAbstractButton* button : all)
        button->setIcon({});
    connect(buttons, &QDialogButtonBox::accepted, this, &AddLoginDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(m_anyway, &QPushButton::clicked, this, &AddLoginDialog::keep);
    return buttons;
}

QString AddLoginDialog::scope() const
{
    return client::credentialScope(m_registry->text().trimmed());
}

void AddLoginDialog::edited()
{
    // What the registry said was about another one.
    m_anyway->hide();
    m_banner->dismiss();
    updateButtons();
}

void AddLoginDialog::updateButtons()
{
    m_ok->setEnabled(!m_busy && m_login->isComplete() && !scope().isEmpty());
    m_anyway->setEnabled(m_ok->isEnabled());
}

void AddLoginDialog::setBusy(bool busy)
{
    m_busy = busy;
    m_content->setEnabled(!busy);
    m_progress->setVisible(busy);
    updateButtons();
}

void AddLoginDialog::accept()
{
    if (!m_ok->isEnabled())
        return;
    m_banner->dismiss();
    setBusy(true);
    m_check->start(scope(), m_login->login(), [this](const client::Outcome<bool>& outcome) { checked(outcome); });
}

void AddLoginDialog::checked(const client::Outcome<bool>& outcome)
{
    setBusy(false);
    // A registry that asks nobody is no reason to keep a login from it.
    if (outcome) {
        keep();
        return;
    }
    m_banner->showMessage(widgets::Banner::Kind::Error, LoginCheck::sentence(scope(), outcome));
    m_anyway->show();
    m_login->setFocus();
}

void AddLoginDialog::keep()
{
    Q_EMIT chosen(scope(), m_login->login());
    QDialog::accept();
}

} // namespace lamella::dialogs
