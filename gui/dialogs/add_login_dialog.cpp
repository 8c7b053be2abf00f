// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/add_login_dialog.h"

#include "gui/dialogs/login_form.h"
#include "gui/widgets/fonts.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace lamella::dialogs {

AddLoginDialog::AddLoginDialog(QWidget* parent)
    : QDialog(parent)
    , m_registry(new QLineEdit(this))
    , m_login(new LoginForm(this))
{
    setObjectName(QStringLiteral("addLoginDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Add a login"));
    m_registry->setObjectName(QStringLiteral("loginRegistry"));
    m_registry->setPlaceholderText(tr("docker.io, quay.io/team, host:5000, …"));
    m_login->hideKeep();
    auto* form = new QFormLayout;
    form->setSpacing(widgets::kSpacing);
    form->setLabelAlignment(Qt::AlignLeft);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("&Registry"), m_registry);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    m_ok->setText(tr("&Add"));
    m_ok->setObjectName(QStringLiteral("addLoginOk"));
    for (QAbstractButton* button : buttons->buttons())
        button->setIcon({});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kGroupSpacing, widgets::kGroupSpacing, widgets::kGroupSpacing,
                               widgets::kGroupSpacing);
    layout->setSpacing(widgets::kSpacing);
    layout->addLayout(form);
    layout->addWidget(m_login);
    layout->addStretch();
    layout->addWidget(buttons);
    setMinimumWidth(420);
    connect(m_registry, &QLineEdit::textChanged, this, &AddLoginDialog::validate);
    connect(m_login, &LoginForm::changed, this, &AddLoginDialog::validate);
    connect(buttons, &QDialogButtonBox::accepted, this, &AddLoginDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    m_registry->setFocus();
    validate();
}

void AddLoginDialog::validate()
{
    m_ok->setEnabled(m_login->isComplete() && !client::credentialScope(m_registry->text().trimmed()).isEmpty());
}

void AddLoginDialog::accept()
{
    if (!m_ok->isEnabled())
        return;
    Q_EMIT chosen(client::credentialScope(m_registry->text().trimmed()), m_login->login());
    QDialog::accept();
}

} // namespace lamella::dialogs
