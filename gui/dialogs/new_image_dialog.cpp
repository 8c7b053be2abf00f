// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/new_image_dialog.h"

#include "gui/client/client.h"
#include "gui/dialogs/environment_table.h"
#include "gui/format/formats.h"
#include "gui/models/command_line.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/foldout.h"
#include "gui/widgets/fonts.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace lamella::dialogs {

namespace {

QFormLayout* formIn(QWidget* parent)
{
    auto* form = new QFormLayout(parent);
    form->setContentsMargins(0, 0, 0, 0);
    form->setSpacing(widgets::kSpacing);
    form->setLabelAlignment(Qt::AlignLeft);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    return form;
}

QLineEdit* line(const QString& name, QWidget* parent)
{
    auto* made = new QLineEdit(parent);
    made->setObjectName(name);
    return made;
}

} // namespace

NewImageDialog::NewImageDialog(client::Client* client, QWidget* parent)
    : QDialog(parent)
    , m_client(client)
    , m_reference(line(QStringLiteral("newReference"), this))
    , m_problem(new QLabel(this))
    , m_note(new QLabel(this))
    , m_author(line(QStringLiteral("newAuthor"), this))
    , m_message(line(QStringLiteral("newMessage"), this))
    , m_pause(new QCheckBox(tr("&Pause it while its files are read"), this))
{
    setAttribute(Qt::WA_DeleteOnClose);
    m_reference->setPlaceholderText(tr("my-image:1 (it may stay without a name)"));
    m_problem->setObjectName(QStringLiteral("newProblem"));
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_problem->hide();
    m_note->setObjectName(QStringLiteral("newNote"));
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    m_note->setForegroundRole(QPalette::PlaceholderText);
    m_pause->setObjectName(QStringLiteral("newPause"));
    m_pause->setChecked(true);
    auto* settings = new QWidget(this);
    auto* below = formIn(settings);
    m_command = line(QStringLiteral("newCommand"), settings);
    m_command->setFont(widgets::monospaceFont(font()));
    m_environment = new EnvironmentTable(settings);
    m_workingDir = line(QStringLiteral("newWorkingDir"), settings);
    m_user = line(QStringLiteral("newUser"), settings);
    below->addRow(tr("&Command"), m_command);
    below->addRow(tr("&Environment"), m_environment);
    below->addRow(tr("Working &directory"), m_workingDir);
    below->addRow(tr("&User"), m_user);
    auto* fold = new widgets::FoldOut(tr("What it runs"), this);
    fold->setObjectName(QStringLiteral("newSettings"));
    fold->setContent(settings);
    fold->setOpen(false);
    auto* fields = new QWidget(this);
    auto* form = formIn(fields);
    form->addRow(tr("&Name"), m_reference);
    form->addRow(QString(), m_problem);
    form->addRow(tr("&Author"), m_author);
    form->addRow(tr("&Message"), m_message);
    form->addRow(QString(), m_pause);
    form->addRow(fold);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    m_ok = buttons->button(QDialogButtonBox::Ok);
    m_ok->setObjectName(QStringLiteral("newOk"));
    for (QAbstractButton* button : buttons->buttons())
        button->setIcon({});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kGroupSpacing, widgets::kGroupSpacing, widgets::kGroupSpacing,
                               widgets::kGroupSpacing);
    layout->setSpacing(widgets::kGroupSpacing);
    layout->addWidget(m_note);
    layout->addWidget(fields);
    layout->addStretch();
    layout->addWidget(buttons);
    setMinimumWidth(520);
    connect(buttons, &QDialogButtonBox::accepted, this, &NewImageDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    for (const QLineEdit* edit : {m_reference, m_command, m_workingDir})
        connect(edit, &QLineEdit::textChanged, this, &NewImageDialog::validate);
    connect(m_environment, &EnvironmentTable::changed, this, &NewImageDialog::validate);
    m_reference->setFocus();
}

NewImageDialog::NewImageDialog(client::Client* client, client::ContainerClient* container, QWidget* parent)
    : NewImageDialog(client, parent)
{
    setObjectName(QStringLiteral("commitDialog"));
    setWindowTitle(tr("Make an image of %1").arg(container->data().name));
    m_ok->setText(tr("Make &image"));
    m_pause->setVisible(container->isRunning());
    m_note->setText(container->isRunning()
                        ? tr("The image gets what the container has changed as one more layer. The container is paused "
                             "for the moment, so that no file changes while it is read.")
                        : tr("The image gets what the container has changed as one more layer."));
    if (const client::ImageClient* made = client->image(container->data().imageId)) {
        m_command->setPlaceholderText(format::shellCommand(made->data().command));
        m_environment->setEnvironment(made->data().env);
        m_oldEnvironment = m_environment->environment();
    }
    m_workingDir->setPlaceholderText(container->data().workingDir);
    m_user->setPlaceholderText(container->data().user);
    connect(container, &QObject::destroyed, this, &QDialog::reject);
}

NewImageDialog::NewImageDialog(client::Client* client, const QString& archive, QWidget* parent)
    : NewImageDialog(client, parent)
{
    setObjectName(QStringLiteral("importDialog"));
    setWindowTitle(tr("Import %1").arg(QFileInfo(archive).fileName()));
    m_ok->setText(tr("&Import"));
    m_pause->hide();
    m_note->setText(
        tr("The files of the archive become an image with one layer. It says nothing of what to run: that is "
           "for you to say, here or when a container is made."));
    m_command->setPlaceholderText(QStringLiteral("/bin/sh"));
    m_workingDir->setPlaceholderText(QStringLiteral("/"));
}

void NewImageDialog::validate()
{
    QString problem = m_environment->problem();
    const QString directory = m_workingDir->text();
    if (!models::splitCommand(m_command->text()))
        problem = tr("In the command a quote is left open, or it ends in a backslash.");
    else if (!directory.isEmpty() && !directory.startsWith(u'/'))
        problem = tr("The working directory begins with “/”.");
    showReference(problem, true);
    m_ok->setEnabled(problem.isEmpty());
}

void NewImageDialog::showReference(const QString& text, bool problem)
{
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText,
                    problem ? widgets::meaningColor(widgets::Meaning::Bad, colors) : widgets::secondaryText(colors));
    m_problem->setPalette(colors);
    m_problem->setText(text);
    m_problem->setVisible(!text.isEmpty());
}

client::NewImage NewImageDialog::image() const
{
    // What is left as it was, is left to the image.
    const QStringList variables = m_environment->environment();
    return {m_reference->text().trimmed(),
            m_author->text().trimmed(),
            m_message->text().trimmed(),
            models::splitCommand(m_command->text()).value_or(QStringList()),
            variables == m_oldEnvironment ? QStringList() : variables,
            m_workingDir->text(),
            m_user->text().trimmed()};
}

bool NewImageDialog::shallPause() const
{
    return m_pause->isChecked();
}

void NewImageDialog::accept()
{
    const client::NewImage wanted = image();
    if (wanted.reference.isEmpty() || !m_client) {
        Q_EMIT chosen(wanted, shallPause());
        QDialog::accept();
        return;
    }
    // What is no name is said here, where it can be mended.
    m_client->resolveReference(wanted.reference).then(this, [this, wanted](const client::Outcome<QString>& canonical) {
        if (!canonical) {
            showReference(canonical.error().sentence, true);
            m_reference->setFocus();
            return;
        }
        Q_EMIT chosen(wanted, shallPause());
        QDialog::accept();
    });
}

} // namespace lamella::dialogs
