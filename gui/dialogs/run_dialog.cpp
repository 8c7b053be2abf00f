// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/run_dialog.h"

#include "gui/client/client.h"
#include "gui/dialogs/environment_table.h"
#include "gui/dialogs/limits_group.h"
#include "gui/dialogs/rename_dialog.h"
#include "gui/format/formats.h"
#include "gui/models/command_line.h"
#include "gui/widgets/banner.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/foldout.h"
#include "gui/widgets/fonts.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace lamella::dialogs {

using namespace std::chrono_literals;
using client::ErrorKind;

namespace {

QLineEdit* lineEdit(const QString& objectName, const QString& placeholder, QWidget* parent)
{
    auto* edit = new QLineEdit(parent);
    edit->setObjectName(objectName);
    edit->setPlaceholderText(placeholder);
    return edit;
}

} // namespace

RunDialog::RunDialog(client::Client* client, const QString& imageId, QWidget* parent)
    : QDialog(parent)
    , m_client(client)
    , m_banner(new widgets::Banner(this))
    , m_fields(new QWidget(this))
    , m_progress(new QProgressBar(this))
{
    setObjectName(QStringLiteral("runDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Run a container"));
    buildFields();
    m_progress->setObjectName(QStringLiteral("runProgress"));
    m_progress->setRange(0, 0);
    m_progress->setTextVisible(false);
    m_progress->setAccessibleName(tr("The container is being started"));
    m_progress->hide();
    m_patience.setSingleShot(true);
    m_patience.setInterval(1s);
    connect(&m_patience, &QTimer::timeout, m_progress, &QWidget::show);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kGroupSpacing, widgets::kGroupSpacing, widgets::kGroupSpacing,
                               widgets::kGroupSpacing);
    layout->setSpacing(widgets::kGroupSpacing);
    layout->addWidget(m_banner);
    layout->addWidget(m_fields);
    layout->addStretch();
    layout->addWidget(m_progress);
    layout->addWidget(buildButtons());
    setMinimumWidth(560);
    fillImages(imageId);
    connect(client, &client::Client::imageAdded, this, [this] { fillImages(m_image->currentData().toString()); });
    connect(client, &client::Client::imageRemoved, this, [this] { fillImages(m_image->currentData().toString()); });
    m_command->setFocus();
    validate();
}

void RunDialog::buildFields()
{
    m_form = new QFormLayout(m_fields);
    m_form->setContentsMargins(0, 0, 0, 0);
    m_form->setSpacing(widgets::kSpacing);
    m_form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_form->setLabelAlignment(Qt::AlignLeft);
    m_image = new QComboBox(m_fields);
    m_image->setObjectName(QStringLiteral("imageCombo"));
    m_name = lineEdit(QStringLiteral("nameField"), tr("made up when left empty"), m_fields);
    m_command = lineEdit(QStringLiteral("commandField"), {}, m_fields);
    m_command->setFont(widgets::monospaceFont(font()));
    m_terminal = new QCheckBox(tr("&Terminal: the program talks to a person"), m_fields);
    m_terminal->setObjectName(QStringLiteral("terminalCheck"));
    m_terminal->setChecked(true);
    m_init = new QCheckBox(tr("I&nit: PID 1 forwards signals and reaps what is left over"), m_fields);
    m_init->setObjectName(QStringLiteral("initCheck"));
    m_init->setChecked(true);
    m_environment = new EnvironmentTable(m_fields);
    m_limits = new LimitsGroup(m_client->manager(), m_fields);
    m_advanced = new widgets::FoldOut(tr("Advanced"), m_fields);
    m_advanced->setObjectName(QStringLiteral("advancedFold"));
    m_advanced->setContent(buildAdvanced());
    m_advanced->setOpen(false);

    m_form->addRow(tr("Ima&ge"), m_image);
    m_form->addRow(tr("N&ame"), withProblem(m_name, &m_nameProblem));
    m_form->addRow(tr("&Command"), withProblem(m_command, &m_commandProblem));
    m_form->addRow(QString(), m_terminal);
    m_form->addRow(QString(), m_init);
    m_form->addRow(tr("&Environment"), withProblem(m_environment, &m_environmentProblem));
    m_form->addRow(tr("&Limits"), withProblem(m_limits, &m_limitsProblem));
    m_form->addRow(m_advanced);
    connect(m_image, &QComboBox::currentIndexChanged, this, &RunDialog::imageChosen);
    for (QLineEdit* edit : {m_name, m_command, m_workingDir})
        connect(edit, &QLineEdit::textChanged, this, &RunDialog::validate);
    connect(m_environment, &EnvironmentTable::changed, this, &RunDialog::validate);
    connect(m_limits, &LimitsGroup::changed, this, &RunDialog::validate);
    connect(m_advanced, &widgets::FoldOut::toggled, this, [this] { adjustSize(); });
}

QWidget* RunDialog::buildAdvanced()
{
    auto* content = new QWidget(m_fields);
    auto* form = new QFormLayout(content);
    form->setContentsMargins(0, 0, 0, 0);
    form->setSpacing(widgets::kSpacing);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_user = lineEdit(QStringLiteral("userField"), {}, content);
    m_workingDir = lineEdit(QStringLiteral("workingDirField"), {}, content);
    m_hostname = lineEdit(QStringLiteral("hostnameField"), tr("the container's id"), content);
    form->addRow(tr("U&ser"), m_user);
    form->addRow(tr("&Working directory"), withProblem(m_workingDir, &m_workingDirProblem));
    form->addRow(tr("&Host name"), m_hostname);
    return content;
}

QWidget* RunDialog::buildButtons()
{
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    m_run = buttons->addButton(tr("&Run"), QDialogButtonBox::AcceptRole);
    m_run->setObjectName(QStringLiteral("runButton"));
    m_run->setDefault(true);
    auto* cancel = buttons->button(QDialogButtonBox::Cancel);
    cancel->setObjectName(QStringLiteral("cancelButton"));
    cancel->setIcon({});
    connect(buttons, &QDialogButtonBox::accepted, this, &RunDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    return buttons;
}

QWidget* RunDialog::withProblem(QWidget* field, QLabel** problem)
{
    auto* box = new QWidget(field->parentWidget());
    auto* layout = new QVBoxLayout(box);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(widgets::kGrid);
    layout->addWidget(field);
    auto* label = new QLabel(box);
    label->setObjectName(field->objectName() + QStringLiteral("Problem"));
    label->setWordWrap(true);
    label->setFont(widgets::smallFont(font()));
    QPalette palette = label->palette();
    palette.setColor(QPalette::WindowText, widgets::meaningColor(widgets::Meaning::Bad, palette));
    label->setPalette(palette);
    label->hide();
    layout->addWidget(label);
    box->setFocusProxy(field);
    *problem = label;
    return box;
}

void RunDialog::fillImages(const QString& imageId)
{
    if (!m_client)
        return;
    const QSignalBlocker quiet(m_image);
    m_image->clear();
    QList<client::ImageClient*> images = m_client->images();
    std::ranges::sort(images, {}, [](const client::ImageClient* image) { return image->displayName(); });
    for (const client::ImageClient* image : std::as_const(images))
        m_image->addItem(image->displayName(), image->data().id);
    m_image->setCurrentIndex(std::max(0, m_image->findData(imageId)));
    imageChosen();
}

client::ImageClient* RunDialog::chosenImage() const
{
    return m_client ? m_client->image(m_image->currentData().toString()) : nullptr;
}

void RunDialog::imageChosen()
{
    const client::ImageClient* image = chosenImage();
    const client::ImageData config = image ? image->data() : client::ImageData{};
    m_command->setPlaceholderText(format::shellCommand(config.command));
    m_user->setPlaceholderText(config.user.isEmpty() ? tr("root, who is nobody outside") : config.user);
    m_workingDir->setPlaceholderText(config.workingDir.isEmpty() ? QStringLiteral("/") : config.workingDir);
    validate();
}

void RunDialog::validate()
{
    bool good = m_image->count() > 0;
    const auto say = [&good](QLabel* label, const QString& problem) {
        if (!label)
            return;
        label->setText(problem);
        label->setVisible(!problem.isEmpty());
        good = good && problem.isEmpty();
    };
    say(m_nameProblem, nameProblem(m_name->text()));
    const bool splits = models::splitCommand(m_command->text()).has_value();
    say(m_commandProblem, splits ? QString() : tr("A quote is left open, or the line ends in a backslash."));
    say(m_environmentProblem, m_environment->problem());
    say(m_limitsProblem, m_limits->problem());
    const QString directory = m_workingDir->text();
    say(m_workingDirProblem,
        directory.isEmpty() || directory.startsWith(u'/') ? QString()
                                                          : tr("It begins with “/”, the container's root."));
    if (m_run)
        m_run->setEnabled(good);
}

client::CreateOptions RunDialog::options() const
{
    client::CreateOptions options;
    options.image = m_image->currentText();
    if (const client::ImageClient* image = chosenImage(); image && image->data().references.isEmpty())
        options.image = image->data().id;
    options.name = m_name->text();
    options.command = models::splitCommand(m_command->text()).value_or(QStringList());
    options.env = m_environment->environment();
    options.user = m_user->text().trimmed();
    options.workingDir = m_workingDir->text();
    options.hostname = m_hostname->text().trimmed();
    options.terminal = m_terminal->isChecked();
    options.init = m_init->isChecked();
    m_limits->fill(options);
    return options;
}

void RunDialog::accept()
{
    if (!m_client || !m_run->isEnabled())
        return;
    setRunning(true);
    m_client->createContainer(options()).then(this, [this](client::Outcome<QPointer<client::ContainerClient>> outcome) {
        setRunning(false);
        if (!outcome) {
            showFailure(outcome.error());
            return;
        }
        if (*outcome)
            Q_EMIT created((*outcome)->id());
        QDialog::accept();
    });
}

void RunDialog::setRunning(bool running)
{
    m_fields->setEnabled(!running);
    m_run->setEnabled(!running);
    if (running) {
        m_banner->dismiss();
        m_patience.start();
    } else {
        m_patience.stop();
        m_progress->hide();
    }
}

void RunDialog::showFailure(const client::ClientError& error)
{
    const QString advice = this->advice(error);
    m_banner->showMessage(widgets::Banner::Kind::Error,
                          advice.isEmpty() ? error.sentence : QStringLiteral("%1\n%2").arg(error.sentence, advice));
    if (QWidget* field = fieldOf(error.kind))
        field->setFocus();
}

QString RunDialog::advice(const client::ClientError& error) const
{
    switch (error.kind) {
    case ErrorKind::AlreadyExists:
        return tr("Choose another name, or leave it empty to get one.");
    case ErrorKind::NotFound:
        return chosenImage() ? tr("Check the command: its first word is a program inside the image.")
                             : tr("Choose another image.");
    case ErrorKind::NotAuthorized:
        return tr("Ask the administrator of this machine for the right to manage containers, or check whether the "
                  "command may "
                  "be executed.");
    case ErrorKind::LimitExceeded:
        return tr("Choose other limits, or remove containers that are no longer needed.");
    case ErrorKind::NoSpace:
        return tr("Remove containers or images that are no longer needed, then try again.");
    case ErrorKind::HelperGone:
    case ErrorKind::TimedOut:
        return tr("What you have typed stays here: try again when the helper runs.");
    default:
        return {};
    }
}

QWidget* RunDialog::fieldOf(ErrorKind kind) const
{
    switch (kind) {
    case ErrorKind::AlreadyExists:
        return m_name;
    case ErrorKind::NotFound:
        return chosenImage() ? static_cast<QWidget*>(m_command) : m_image;
    case ErrorKind::LimitExceeded:
        return m_limits;
    default:
        return nullptr;
    }
}

} // namespace lamella::dialogs
