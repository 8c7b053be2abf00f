// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/dialogs/new_image_dialog.h"

#include "gui/client/client.h"
#include "gui/dialogs/forms.h"
#include "gui/dialogs/image_settings.h"
#include "gui/widgets/colors.h"
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
    , m_settings(new ImageSettings(this))
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
    auto* fields = new QWidget(this);
    auto* form = formIn(fields);
    form->addRow(tr("&Name"), m_reference);
    form->addRow(QString(), m_problem);
    form->addRow(tr("&Author"), m_author);
    form->addRow(tr("&Message"), m_message);
    form->addRow(QString(), m_pause);
    form->addRow(m_settings);
    alignForms(m_settings->forms() + QList<QWidget*>{fields});
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
    connect(m_reference, &QLineEdit::textChanged, this, &NewImageDialog::validate);
    connect(m_settings, &ImageSettings::changed, this, &NewImageDialog::validate);
    connect(m_settings, &ImageSettings::unfolded, this, &NewImageDialog::fitHeight);
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
    if (client::ImageClient* below = client->image(container->data().imageId)) {
        m_settings->setEnvironment(below->data().env);
        below->inspect().then(this, [this](const client::Outcome<client::ImageDocuments>& documents) {
            if (documents)
                m_settings->setInherited(models::imageConfig(documents->config));
        });
    }
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
}

/// adjustSize() takes two thirds of a screen at most, and would cut the table of variables.
void NewImageDialog::fitHeight()
{
    layout()->activate();
    resize(width(), layout()->totalHeightForWidth(width()));
}

void NewImageDialog::validate()
{
    const QString problem = m_settings->problem();
    showProblem(problem);
    m_ok->setEnabled(problem.isEmpty());
}

void NewImageDialog::showProblem(const QString& text)
{
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, widgets::meaningColor(widgets::Meaning::Bad, colors));
    m_problem->setPalette(colors);
    m_problem->setText(text);
    m_problem->setVisible(!text.isEmpty());
    layout()->activate();
    if (height() < layout()->totalHeightForWidth(width()))
        fitHeight();
}

client::NewImage NewImageDialog::image() const
{
    client::NewImage made;
    made.reference = m_reference->text().trimmed();
    made.author = m_author->text().trimmed();
    made.message = m_message->text().trimmed();
    m_settings->addTo(made);
    return made;
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
            showProblem(canonical.error().sentence);
            m_reference->setFocus();
            return;
        }
        Q_EMIT chosen(wanted, shallPause());
        QDialog::accept();
    });
}

} // namespace lamella::dialogs
