// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/edit_registry_dialog.h"

#include "gui/dialogs/forms.h"
#include "gui/dialogs/registry_fields.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/fonts.h"

#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace lamella::dialogs {

EditRegistryDialog::EditRegistryDialog(client::RegistrySettings* registries, const QString& registry, QWidget* parent)
    : QDialog(parent)
    , m_registries(registries)
    , m_banner(new widgets::Banner(this))
    , m_registry(new QLineEdit(this))
    , m_fields(new RegistryFields(RegistryFields::For::Registry, this))
{
    setObjectName(QStringLiteral("editRegistryDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(registry.isEmpty() ? tr("Add a registry") : tr("How %1 is reached").arg(registry));
    build(registry);
    setMinimumWidth(520);
    growWithContent(this);
    connect(m_registry, &QLineEdit::textChanged, this, &EditRegistryDialog::registryEdited);
    registryEdited();
    (registry.isEmpty() ? static_cast<QWidget*>(m_registry) : m_fields)->setFocus();
}

void EditRegistryDialog::build(const QString& registry)
{
    m_registry->setObjectName(QStringLiteral("registryField"));
    m_registry->setPlaceholderText(tr("docker.io, host:5000, …"));
    m_registry->setText(registry);
    if (!registry.isEmpty()) {
        // To be read, and copied, but no field.
        QPalette colors = m_registry->palette();
        colors.setBrush(QPalette::Base, Qt::transparent);
        m_registry->setPalette(colors);
        m_registry->setReadOnly(true);
        m_registry->setFrame(false);
    }
    auto* content = new QWidget(this);
    QFormLayout* form = formIn(content);
    form->addRow(tr("&Registry"), m_registry);
    form->addRow(m_fields);
    alignForms({content, m_fields});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kGroupSpacing, widgets::kGroupSpacing, widgets::kGroupSpacing,
                               widgets::kGroupSpacing);
    layout->setSpacing(widgets::kGroupSpacing);
    layout->addWidget(m_banner);
    layout->addWidget(content);
    layout->addStretch();
    layout->addWidget(buildButtons(registry.isEmpty()));
}

QWidget* EditRegistryDialog::buildButtons(bool add)
{
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    m_ok->setObjectName(QStringLiteral("editRegistryOk"));
    m_ok->setText(add ? tr("&Add") : tr("&Save"));
    const QList<QAbstractButton*> all = buttons->buttons();
    for (QAbstractButton* button : all)
        button->setIcon({});
    connect(buttons, &QDialogButtonBox::accepted, this, &EditRegistryDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    return buttons;
}

void EditRegistryDialog::registryEdited()
{
    const QString registry = client::registryFrom(m_registry->text());
    m_ok->setEnabled(!registry.isEmpty());
    if (!m_registries)
        return;
    if (!m_fields->isTouched())
        m_fields->setSetting(m_registries->of(registry));
    m_fields->setRegistry(registry, m_registries->certificateDirectories(registry));
}

void EditRegistryDialog::say(const QString& sentence)
{
    m_banner->showMessage(widgets::Banner::Kind::Error, sentence);
}

void EditRegistryDialog::accept()
{
    const QString registry = client::registryFrom(m_registry->text());
    if (!m_registries || registry.isEmpty())
        return;
    const auto setting = m_fields->setting();
    const auto options = setting ? m_registries->options(registry, *setting) : std::unexpected(setting.error());
    if (!options) {
        say(options.error());
        return;
    }
    if (setting->isUsual() && m_registries->of(registry).isUsual()) {
        say(tr("There is nothing to remember: every registry is reached like this."));
        return;
    }
    m_registries->set(registry, *setting);
    QDialog::accept();
}

} // namespace lamella::dialogs
