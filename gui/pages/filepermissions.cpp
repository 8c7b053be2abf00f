// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/pages/filepermissions.h"

#include "gui/client/container_client.h"
#include "gui/client/job_client.h"
#include "gui/models/file_paths.h"
#include "gui/pages/modebits.h"
#include "gui/widgets/colors.h"
#include "gui/widgets/fonts.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QSpinBox>

#include <algorithm>
#include <chrono>

namespace lamella::pages {

using namespace std::chrono_literals;

namespace {

constexpr int kMostId = 65'535; // of a container's user namespace
constexpr auto kSoon = 1s;
constexpr qsizetype kMostReasons = 5;
constexpr qsizetype kLongestReason = 200; // a path alone may have 4096

QString shortened(const QString& reason)
{
    constexpr qsizetype kHalf = kLongestReason / 2;
    return reason.size() <= kLongestReason ? reason : reason.first(kHalf) + u'…' + reason.last(kHalf);
}

QLabel* plainLabel(const QString& name, QWidget* parent)
{
    auto* label = new QLabel(parent);
    label->setObjectName(name);
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->hide();
    return label;
}

} // namespace

FilePermissions::FilePermissions(client::ContainerClient* container, const QByteArrayList& paths,
                                 const client::FileEntry& first, bool hasDirectories, QWidget* parent)
    : QDialog(parent)
    , m_container(container)
    , m_paths(paths)
    , m_first(first)
    , m_form(createForm(hasDirectories))
    , m_progress(plainLabel(QStringLiteral("permissionsProgress"), this))
    , m_problem(plainLabel(QStringLiteral("permissionsProblem"), this))
    , m_buttons(new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this))
{
    setObjectName(QStringLiteral("permissionsDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(paths.size() == 1 ? tr("Permissions of %1").arg(models::textOf(models::lastName(paths.first())))
                                     : tr("Permissions of %n files", nullptr, static_cast<int>(paths.size())));
    m_progress->setForegroundRole(QPalette::PlaceholderText);
    QPalette bad = m_problem->palette();
    bad.setColor(QPalette::WindowText, widgets::meaningColor(widgets::Meaning::Bad, bad));
    m_problem->setPalette(bad);
    m_buttons->button(QDialogButtonBox::Ok)->setText(tr("&Set"));
    for (QAbstractButton* button : m_buttons->buttons())
        button->setIcon({});
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(widgets::kGroupSpacing, widgets::kGroupSpacing, widgets::kGroupSpacing,
                               widgets::kGroupSpacing);
    layout->setSpacing(widgets::kGroupSpacing);
    for (QWidget* part : {m_form, static_cast<QWidget*>(m_progress), static_cast<QWidget*>(m_problem)})
        layout->addWidget(part);
    layout->addStretch();
    layout->addWidget(m_buttons);
    m_soon.setSingleShot(true);
    connect(&m_soon, &QTimer::timeout, this, [this] {
        m_progress->show();
        grow();
    });
    connect(m_buttons, &QDialogButtonBox::accepted, this, &FilePermissions::accept);
    connect(m_buttons, &QDialogButtonBox::rejected, this, &FilePermissions::reject);
    updateSet();
}

QWidget* FilePermissions::createForm(bool hasDirectories)
{
    auto* widget = new QWidget(this);
    auto* form = new QFormLayout(widget);
    form->setContentsMargins(0, 0, 0, 0);
    form->setHorizontalSpacing(widgets::kGroupSpacing);
    form->setVerticalSpacing(widgets::kSpacing);
    if (m_first.type != client::FileType::Symlink) {
        m_bits = new ModeBits(m_first.mode, form);
        connect(m_bits, &ModeBits::validChanged, this, &FilePermissions::updateSet);
        connect(m_bits, &ModeBits::changed, this, [this](quint32 mode) {
            m_wanted.mode = mode;
            updateSet();
        });
    }
    form->addRow(tr("&User id"), createId(QStringLiteral("permissionsUid"), m_first.uid, m_wanted.uid));
    form->addRow(tr("&Group id"), createId(QStringLiteral("permissionsGid"), m_first.gid, m_wanted.gid));
    if (hasDirectories)
        addBelow(form);
    return widget;
}

void FilePermissions::addBelow(QFormLayout* form)
{
    m_below = new QCheckBox(tr("&Also everything below"), form->parentWidget());
    m_below->setObjectName(QStringLiteral("permissionsBelow"));
    auto* note = plainLabel(QStringLiteral("permissionsBelowNote"), form->parentWidget());
    note->setText(tr("What is not changed here stays as it is below. Files get execute rights only where "
                     "somebody has one already, and no set-id bits. Links are not followed. What changes of the image "
                     "is copied into the writable layer."));
    note->setForegroundRole(QPalette::PlaceholderText);
    form->addRow(m_below);
    form->addRow(note);
    connect(m_below, &QCheckBox::toggled, this, [this, note](bool isOn) {
        note->setVisible(isOn);
        grow();
    });
}

QSpinBox* FilePermissions::createId(const QString& name, quint32 id, std::optional<quint32>& wanted)
{
    auto* box = new QSpinBox(this);
    box->setObjectName(name);
    box->setRange(0, kMostId);
    box->setValue(static_cast<int>(std::min<quint32>(id, kMostId)));
    box->setMaximumWidth(120);
    connect(box, &QSpinBox::valueChanged, this, [this, &wanted](int value) {
        wanted = static_cast<quint32>(value);
        updateSet();
    });
    return box;
}

void FilePermissions::updateSet()
{
    const bool isTouched = m_wanted.mode || m_wanted.uid || m_wanted.gid;
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(isTouched && (!m_bits || m_bits->isValid()));
}

void FilePermissions::accept()
{
    m_form->setEnabled(false);
    m_buttons->button(QDialogButtonBox::Ok)->setEnabled(false);
    m_problem->hide();
    if (m_below && m_below->isChecked())
        setBelow();
    else
        setNext(0);
}

void FilePermissions::reject()
{
    if (m_isAsking)
        m_isGivenUp = true;
    else if (m_job && m_job->isRunning())
        m_job->cancel();
    else
        QDialog::reject();
}

void FilePermissions::setNext(qsizetype index)
{
    if (index == m_paths.size() || !m_container) {
        QDialog::accept();
        return;
    }
    m_container->setFileAttributes(m_paths[index], m_wanted)
        .then(this, [this, index](const client::Outcome<void>& outcome) {
            if (!outcome)
                return say(outcome.error().sentence);
            Q_EMIT changed();
            setNext(index + 1);
        });
}

void FilePermissions::setBelow()
{
    if (!m_container)
        return QDialog::reject();
    m_isAsking = true;
    m_isGivenUp = false;
    m_container->setAttributesBelow(m_paths, m_wanted)
        .then(this, [this](const client::Outcome<QPointer<client::JobClient>>& job) { takeJob(job); });
}

void FilePermissions::takeJob(const client::Outcome<QPointer<client::JobClient>>& job)
{
    m_isAsking = false;
    if (!job)
        return say(job.error().sentence);
    if (!*job) {
        Q_EMIT changed();
        return say(tr("It is not known what became of it: a part of them may be changed."));
    }
    follow(*job);
    if (m_isGivenUp)
        (*job)->cancel();
}

void FilePermissions::follow(client::JobClient* job)
{
    m_job = job;
    m_soon.start(kSoon);
    const auto tell = [this, job] { m_progress->setText(job->data().stage); };
    connect(job, &client::JobClient::changed, this, tell);
    tell();
    job->wait().then(this, [this](const client::Outcome<QStringList>& ended) { take(ended); });
}

void FilePermissions::take(const client::Outcome<QStringList>& ended)
{
    m_job.clear();
    m_soon.stop();
    m_progress->hide();
    Q_EMIT changed();
    if (!ended)
        return say(ended.error().kind == client::ErrorKind::Cancelled ? tr("It was stopped: a part of them is changed.")
                                                                      : ended.error().sentence);
    const int unchanged = ended->value(1).toInt();
    if (unchanged == 0)
        return QDialog::accept();
    QStringList sentences{tr("%n could not be changed:", nullptr, unchanged)};
    for (const QString& reason : ended->sliced(2).first(std::min(kMostReasons, ended->size() - 2)))
        sentences.append(shortened(reason));
    if (unchanged > sentences.size() - 1)
        sentences.append(QStringLiteral("…"));
    say(sentences.join(u'\n'));
}

void FilePermissions::say(const QString& problem)
{
    m_problem->setText(problem);
    m_problem->show();
    m_form->setEnabled(true);
    updateSet();
    grow();
}

void FilePermissions::grow()
{
    for (QWidget* part : {m_form, static_cast<QWidget*>(this)})
        part->layout()->activate();
    resize(width(), std::max(height(), layout()->totalHeightForWidth(width())));
}

} // namespace lamella::pages
