// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/credentials_dialog.h"

#include "gui/client/client.h"
#include "gui/client/credentials.h"
#include "gui/client/registry_settings.h"
#include "gui/dialogs/add_login_dialog.h"
#include "gui/dialogs/forms.h"
#include "gui/dialogs/login_check.h"
#include "gui/format/formats.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/confirmation.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/tabledelegate.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

namespace lamella::dialogs {

using client::KnownLogin;
using client::LoginSource;
using client::Outcome;

namespace {

enum Column { RegistryColumn, UserColumn, SecretColumn, PlaceColumn, ColumnCount };
enum Role { OwnRole = Qt::UserRole }; ///< kept here, so it can be removed here

} // namespace

CredentialsDialog::CredentialsDialog(client::Client* client, client::Credentials* credentials,
                                     client::RegistrySettings* registries, QWidget* parent)
    : QDialog(parent)
    , m_client(client)
    , m_credentials(credentials)
    , m_registries(registries)
    , m_check(new LoginCheck(client, registries, this))
    , m_banner(new widgets::Banner(this))
    , m_table(new QTreeWidget(this))
    , m_empty(new QLabel(this))
{
    setObjectName(QStringLiteral("credentialsDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Logins at registries"));
    auto* note = new QLabel(tr("They are used without asking when you pull from, or push to, their registry. What is "
                               "added here is kept in your keyring; the others are only read."),
                            this);
    note->setWordWrap(true);
    note->setForegroundRole(QPalette::PlaceholderText);
    m_empty->setObjectName(QStringLiteral("noLogins"));
    m_empty->setText(tr("No login is known. Most registries let everybody pull what is public."));
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignCenter);
    buildTable();
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kGroupSpacing, widgets::kGroupSpacing, widgets::kGroupSpacing,
                               widgets::kGroupSpacing);
    layout->setSpacing(widgets::kGroupSpacing);
    layout->addWidget(m_banner);
    layout->addWidget(note);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_empty, 1);
    layout->addWidget(buildButtons());
    resize(640, 360);
    growWithContent(this);
    connect(credentials, &client::Credentials::changed, this, &CredentialsDialog::showLogins);
    connect(credentials, &QObject::destroyed, this, &QDialog::reject);
    credentials->refresh();
    showLogins();
}

void CredentialsDialog::buildTable()
{
    m_table->setObjectName(QStringLiteral("loginTable"));
    m_table->setAccessibleName(tr("Logins"));
    m_table->setColumnCount(ColumnCount);
    m_table->setHeaderLabels({tr("Registry"), tr("User"), tr("Secret"), tr("Kept in")});
    m_table->setRootIsDecorated(false);
    m_table->setUniformRowHeights(true);
    m_table->setItemDelegate(new widgets::TableDelegate({}, m_table));
    m_table->header()->resizeSection(RegistryColumn, 180);
    m_table->header()->resizeSection(UserColumn, 120);
    m_table->header()->resizeSection(SecretColumn, 80);
    connect(m_table, &QTreeWidget::currentItemChanged, this, &CredentialsDialog::showButtons);
}

QWidget* CredentialsDialog::buildButtons()
{
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    QPushButton* add = buttons->addButton(tr("&Add…"), QDialogButtonBox::ActionRole);
    add->setObjectName(QStringLiteral("addLogin"));
    m_test = buttons->addButton(tr("&Test login"), QDialogButtonBox::ActionRole);
    m_test->setObjectName(QStringLiteral("testLogin"));
    m_test->setToolTip(tr("Ask the registry whether it takes this login"));
    m_remove = buttons->addButton(tr("&Remove…"), QDialogButtonBox::ActionRole);
    m_remove->setObjectName(QStringLiteral("removeLogin"));
    m_remove->setShortcut(QKeySequence(QStringLiteral("Del"), QKeySequence::PortableText));
    buttons->button(QDialogButtonBox::Close)->setIcon({});
    buttons->button(QDialogButtonBox::Close)->setText(tr("&Close"));
    connect(add, &QPushButton::clicked, this, &CredentialsDialog::add);
    connect(m_test, &QPushButton::clicked, this, &CredentialsDialog::check);
    connect(m_remove, &QPushButton::clicked, this, &CredentialsDialog::askRemove);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    return buttons;
}

QString CredentialsDialog::source(const KnownLogin& login) const
{
    switch (login.source) {
    case LoginSource::Keyring:
        return tr("your keyring");
    case LoginSource::Session:
        return tr("this window, until it is closed");
    case LoginSource::File:
        return tr("%1 (only read)").arg(format::pathWithHome(login.place));
    case LoginSource::Helper:
        return tr("%1 (only read)").arg(login.place);
    }
    return {};
}

void CredentialsDialog::showLogins()
{
    const QString before = m_table->currentItem() ? m_table->currentItem()->text(RegistryColumn) : QString();
    m_table->clear();
    if (!m_credentials)
        return;
    for (const KnownLogin& login : m_credentials->known()) {
        // As many dots for every secret: how long it is, is nobody's business either.
        auto* item = new QTreeWidgetItem(m_table, {login.scope, login.user, QString(8, QChar(0x2022)), source(login)});
        item->setData(RegistryColumn, OwnRole,
                      login.source == LoginSource::Keyring || login.source == LoginSource::Session);
        item->setToolTip(PlaceColumn, login.place);
        item->setData(SecretColumn, Qt::AccessibleTextRole, tr("hidden"));
        if (login.scope == before)
            m_table->setCurrentItem(item);
    }
    const bool none = m_table->topLevelItemCount() == 0;
    m_table->setVisible(!none);
    m_empty->setVisible(none);
    if (!m_table->currentItem())
        m_table->setCurrentItem(m_table->topLevelItem(0));
    showButtons();
}

void CredentialsDialog::showButtons()
{
    const QTreeWidgetItem* item = m_table->currentItem();
    m_test->setEnabled(item && !m_checking);
    m_remove->setEnabled(item && item->data(RegistryColumn, OwnRole).toBool());
    m_remove->setToolTip(
        item && !m_remove->isEnabled()
            ? tr("It was written by another program: remove it there, for example with “docker logout”.")
            : QString());
}

void CredentialsDialog::add()
{
    auto* dialog = new AddLoginDialog(m_client, m_registries, this);
    connect(dialog, &AddLoginDialog::chosen, this, &CredentialsDialog::keep);
    dialog->open();
}

void CredentialsDialog::keep(const QString& scope, const client::Login& login)
{
    if (!m_credentials)
        return;
    m_credentials->keep(scope, login).then(this, [this, scope](const Outcome<QString>& problem) {
        if (problem && !problem->isEmpty())
            m_banner->showMessage(widgets::Banner::Kind::Warning, client::keptForNowSentence(scope, *problem));
    });
}

void CredentialsDialog::check()
{
    const QTreeWidgetItem* item = m_table->currentItem();
    if (!item || !m_credentials)
        return;
    const QString scope = item->text(RegistryColumn);
    const auto say = [this](widgets::Banner::Kind kind, const QString& sentence) {
        m_checking = false;
        showButtons();
        m_banner->showMessage(kind, sentence);
    };
    m_checking = true;
    showButtons();
    m_banner->showMessage(widgets::Banner::Kind::Info, tr("%1 is being asked.").arg(scope.section(u'/', 0, 0)));
    m_credentials->find(scope).then(this, [=, this](const Outcome<std::optional<client::Login>>& login) {
        if (!login || !*login) {
            say(widgets::Banner::Kind::Error, tr("Where the login at %1 is kept, it is not given out.").arg(scope));
            return;
        }
        m_check->start(scope, **login, [=](const Outcome<bool>& outcome) {
            say(outcome ? widgets::Banner::Kind::Info : widgets::Banner::Kind::Error,
                LoginCheck::sentence(scope, outcome));
        });
    });
}

void CredentialsDialog::askRemove()
{
    const QTreeWidgetItem* item = m_table->currentItem();
    if (!item)
        return;
    const QString scope = item->text(RegistryColumn);
    auto* question = new widgets::Confirmation(this, tr("Remove the login at %1?").arg(scope), tr("&Remove"));
    question->setConsequence(tr("It is taken out of the keyring. The registry itself is not told."));
    question->ask([this, scope] {
        if (!m_credentials)
            return;
        m_credentials->forget(scope).then(this, [this, scope](const Outcome<void>& outcome) {
            if (!outcome)
                m_banner->showMessage(widgets::Banner::Kind::Error,
                                      tr("The login at %1 was not removed: %2").arg(scope, outcome.error().sentence));
        });
    });
}

} // namespace lamella::dialogs
