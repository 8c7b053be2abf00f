// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/registry_dialog.h"

#include "gui/client/client.h"
#include "gui/client/credentials.h"
#include "gui/dialogs/forms.h"
#include "gui/dialogs/login_form.h"
#include "gui/dialogs/tag_popup.h"
#include "gui/format/image_text.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/foldout.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"

#include <QCompleter>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QToolButton>

namespace lamella::dialogs {

using namespace std::chrono_literals;
using client::ErrorKind;
using client::Outcome;

RegistryDialog::RegistryDialog(RegistryFields::For purpose, client::Client* client, client::Credentials* credentials,
                               client::RegistrySettings* registries, const QStringList& names, Start start,
                               QWidget* parent)
    : QDialog(parent)
    , m_purpose(purpose)
    , m_client(client)
    , m_credentials(credentials)
    , m_registries(registries)
    , m_names(names)
    , m_start(std::move(start))
    , m_banner(new widgets::Banner(this))
    , m_content(new QWidget(this))
    , m_progress(new QProgressBar(this))
{
    const bool pull = purpose == RegistryFields::For::Pull;
    setObjectName(pull ? QStringLiteral("pullDialog") : QStringLiteral("pushDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(pull ? tr("Pull an image") : tr("Push an image"));
    build();
    m_pause.setSingleShot(true);
    m_pause.setInterval(150ms);
    connect(&m_pause, &QTimer::timeout, this, &RegistryDialog::resolve);
    connect(m_name, &QLineEdit::textChanged, this, &RegistryDialog::nameEdited);
    connect(m_login, &LoginForm::changed, this, &RegistryDialog::updateButtons);
    setMinimumWidth(520);
    growWithContent(this);
    m_name->setFocus();
    nameEdited();
}

void RegistryDialog::build()
{
    m_content->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Maximum);
    auto* form = new QFormLayout(m_content);
    form->setContentsMargins(0, 0, 0, 0);
    form->setSpacing(widgets::kSpacing);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->setLabelAlignment(Qt::AlignLeft);
    QWidget* name = buildName();
    form->addRow(m_purpose == RegistryFields::For::Pull ? tr("&Image") : tr("&Name there"), name);
    static_cast<QLabel*>(form->labelForField(name))->setBuddy(m_name);
    m_canonical = new QLabel(m_content);
    m_canonical->setObjectName(QStringLiteral("canonicalName"));
    m_canonical->setTextFormat(Qt::PlainText);
    m_canonical->setWordWrap(true);
    m_canonical->setTextInteractionFlags(Qt::TextSelectableByMouse);
    form->addRow(QString(), m_canonical);
    m_login = new LoginForm(m_content);
    m_login->setObjectName(QStringLiteral("loginForm"));
    m_login->hide();
    form->addRow(m_login);
    m_fields = new RegistryFields(m_purpose, m_content);
    m_more = new widgets::FoldOut(tr("More"), m_content);
    m_more->setObjectName(QStringLiteral("moreFold"));
    m_more->setContent(m_fields);
    m_more->setOpen(false);
    form->addRow(m_more);
    alignForms({m_content, m_login, m_fields});
    m_progress->setObjectName(QStringLiteral("registryProgress"));
    m_progress->setAccessibleName(tr("The registry is being asked"));
    layOutAsking(this, m_banner, m_content, m_progress, buildButtons());
}

QWidget* RegistryDialog::buildName()
{
    auto* box = new QWidget(m_content);
    m_name = new QLineEdit(box);
    m_name->setObjectName(QStringLiteral("referenceField"));
    m_name->setPlaceholderText(tr("debian, quay.io/team/app:1.2, …"));
    m_name->setClearButtonEnabled(true);
    auto* completer = new QCompleter(m_names, this);
    completer->setCaseSensitivity(Qt::CaseInsensitive);
    completer->setFilterMode(Qt::MatchContains);
    m_name->setCompleter(completer);
    m_tags = new QToolButton(box);
    m_tags->setObjectName(QStringLiteral("tagsButton"));
    m_tags->setText(tr("&Tags…"));
    m_tags->setToolTip(tr("List the tags that the registry has"));
    connect(m_tags, &QToolButton::clicked, this, &RegistryDialog::listTags);
    auto* layout = new QHBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kGrid);
    layout->addWidget(m_name, 1);
    layout->addWidget(m_tags);
    return box;
}

QWidget* RegistryDialog::buildButtons()
{
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_ok = buttons->addButton(QString(), QDialogButtonBox::AcceptRole);
    m_ok->setObjectName(QStringLiteral("registryOk"));
    m_ok->setDefault(true);
    buttons->button(QDialogButtonBox::Cancel)->setObjectName(QStringLiteral("registryCancel"));
    buttons->button(QDialogButtonBox::Cancel)->setIcon({});
    connect(buttons, &QDialogButtonBox::accepted, this, &RegistryDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &RegistryDialog::reject);
    return buttons;
}

void RegistryDialog::setReference(const QString& reference)
{
    m_name->setText(reference);
    m_name->selectAll();
    m_pause.stop();
    resolve();
}

void RegistryDialog::setPlatform(const QString& platform)
{
    m_fields->setPlatform(platform);
    m_more->setOpen(true);
}

void RegistryDialog::setRefused(const RegistryRequest& request, const QString& sentence)
{
    setReference(request.reference);
    m_fields->setPlatform(request.options.platform);
    m_fields->setSetting(request.setting);
    m_fields->setTouched();
    m_login->setUser(request.options.user);
    askForLogin(sentence);
}

void RegistryDialog::nameEdited()
{
    m_reference.clear();
    ++m_asked;
    m_pause.start();
    // The pause is for typing: what was there before is not true any more, and nothing jumps.
    m_canonical->setEnabled(false);
    updateButtons();
}

void RegistryDialog::resolve()
{
    const QString name = m_name->text().trimmed();
    if (name.isEmpty() || !m_client) {
        showName(m_purpose == RegistryFields::For::Pull ? tr("A name without a registry means Docker's.")
                                                        : tr("The registry is the first part of the name."),
                 false);
        return;
    }
    m_client->resolveReference(name).then(this, [this, asked = ++m_asked](const Outcome<QString>& answer) {
        if (asked != m_asked)
            return;
        m_reference = answer.value_or(QString());
        showName(answer ? (m_purpose == RegistryFields::For::Pull ? tr("Pulls %1").arg(*answer)
                                                                  : tr("Pushes to %1").arg(*answer))
                        : answer.error().sentence,
                 !answer);
        if (answer)
            showSetting();
        updateButtons();
    });
}

void RegistryDialog::showSetting()
{
    const QString registry = m_reference.section(u'/', 0, 0);
    if (!m_registries || !m_client)
        return;
    if (!m_fields->isTouched()) {
        const client::RegistrySetting setting = m_registries->of(registry);
        m_fields->setSetting(setting);
        // Nobody leaves TLS out without seeing it.
        if (!setting.isUsual())
            m_more->setOpen(true);
    }
    m_fields->setRegistry(registry, m_registries->certificateDirectories(registry));
}

void RegistryDialog::showName(const QString& text, bool problem)
{
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText,
                    problem ? widgets::meaningColor(widgets::Meaning::Bad, colors) : widgets::secondaryText(colors));
    m_canonical->setPalette(colors);
    m_canonical->setText(text);
    m_canonical->setEnabled(true);
}

QString RegistryDialog::repository() const
{
    return format::nameParts(m_reference).repository;
}

void RegistryDialog::updateButtons()
{
    const bool pull = m_purpose == RegistryFields::For::Pull;
    const bool login = m_login->isVisibleTo(this);
    m_ok->setText(login ? (pull ? tr("Log in and &pull") : tr("Log in and &push")) : pull ? tr("&Pull") : tr("&Push"));
    m_ok->setEnabled(!m_busy && !m_reference.isEmpty() && (!login || m_login->isComplete()));
    m_tags->setEnabled(!m_busy && !m_reference.isEmpty());
}

void RegistryDialog::setBusy(bool busy)
{
    m_busy = busy;
    m_content->setEnabled(!busy);
    m_progress->setVisible(busy);
    if (busy)
        m_banner->dismiss();
    updateButtons();
}

std::expected<RegistryRequest, QString> RegistryDialog::request() const
{
    auto setting = m_fields->setting();
    if (!setting)
        return std::unexpected(setting.error());
    if (m_purpose == RegistryFields::For::Push && m_registries)
        setting->mirrors = m_registries->of(m_reference).mirrors;
    auto options = m_registries ? m_registries->options(m_reference, *setting) : client::RegistryOptions();
    if (!options)
        return std::unexpected(options.error());
    options->platform = m_fields->platform();
    return RegistryRequest{m_reference, *options, *setting, m_login->isVisibleTo(this) && m_login->shallBeKept()};
}

void RegistryDialog::withLogin(const std::function<void(const RegistryRequest&)>& then)
{
    const auto plain = request();
    if (!plain) {
        m_more->setOpen(true);
        m_banner->showMessage(widgets::Banner::Kind::Error, plain.error());
        return;
    }
    setBusy(true);
    const auto use = [then, plain = *plain](const client::Login& login) {
        RegistryRequest with = plain;
        with.options.user = login.user;
        with.options.password = login.password;
        with.options.identityToken = login.identityToken;
        then(with);
    };
    if (m_login->isVisibleTo(this) && m_login->isComplete()) {
        use(m_login->login());
        return;
    }
    if (!m_credentials) {
        use({});
        return;
    }
    m_credentials->find(repository()).then(this, [use](const Outcome<std::optional<client::Login>>& login) {
        use(login ? login->value_or(client::Login()) : client::Login());
    });
}

void RegistryDialog::listTags()
{
    withLogin([this](const RegistryRequest& request) {
        m_client->listTags(repository(), request.options)
            .then(this, [this](const Outcome<QPointer<client::JobClient>>& job) {
                if (!job || !*job) {
                    showFailure(job ? client::ClientError() : job.error());
                    return;
                }
                m_job = *job;
                m_job->wait().then(this, [this](const Outcome<QStringList>& tags) {
                    if (!tags) {
                        showFailure(tags.error());
                        return;
                    }
                    setBusy(false);
                    showTags(*tags);
                });
            });
    });
}

void RegistryDialog::showTags(const QStringList& tags)
{
    if (tags.isEmpty()) {
        m_banner->showMessage(widgets::Banner::Kind::Info, tr("The registry has no tags for %1.").arg(repository()));
        return;
    }
    auto* popup = new TagPopup(tags, this);
    connect(popup, &TagPopup::chosen, this, [this](const QString& tag) {
        setReference(QStringLiteral("%1:%2").arg(format::shortReference(repository()), tag));
    });
    popup->popup(m_name);
}

void RegistryDialog::accept()
{
    if (!m_client || !m_ok->isEnabled())
        return;
    withLogin([this](const RegistryRequest& request) { begin(request); });
}

void RegistryDialog::begin(const RegistryRequest& request)
{
    m_start(request).then(this, [this, request](const Outcome<QPointer<client::JobClient>>& job) {
        if (!job || !*job)
            showFailure(job ? client::ClientError() : job.error());
        else
            follow(*job, request);
    });
}

void RegistryDialog::follow(client::JobClient* job, const RegistryRequest& request)
{
    m_job = job;
    // Once there are layers the registry has said yes.
    connect(job, &client::JobClient::changed, this, [this, job, request] {
        if (m_busy && job == m_job && job->isRunning() && !job->data().parts.empty())
            underWay(request);
    });
    job->wait().then(this, [this, request](const Outcome<QStringList>& outcome) {
        if (!m_busy)
            return;
        if (outcome)
            underWay(request);
        else
            showFailure(outcome.error());
    });
}

void RegistryDialog::underWay(const RegistryRequest& request)
{
    m_busy = false;
    Q_EMIT begun(m_job, request);
    QDialog::accept();
}

void RegistryDialog::showFailure(const client::ClientError& error)
{
    setBusy(false);
    if (error.kind == ErrorKind::RegistryDenied) {
        askForLogin(error.sentence);
        return;
    }
    if (error.kind != ErrorKind::Cancelled)
        m_banner->showMessage(widgets::Banner::Kind::Error,
                              error.sentence.isEmpty() ? tr("The helper has forgotten the job.") : error.sentence);
}

void RegistryDialog::askForLogin(const QString& sentence)
{
    m_banner->showMessage(widgets::Banner::Kind::Error, sentence);
    m_login->show();
    m_login->forgetPassword();
    m_login->setFocus();
    updateButtons();
}

void RegistryDialog::reject()
{
    if (m_busy && m_job && m_job->isRunning())
        m_job->cancel();
    m_busy = false;
    QDialog::reject();
}

} // namespace lamella::dialogs
