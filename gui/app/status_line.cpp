// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/app/status_line.h"

#include "gui/client/client.h"
#include "gui/client/stats_feed.h"
#include "gui/format/formats.h"
#include "gui/models/jobs_model.h"
#include "gui/widgets/elidedlabel.h"
#include "gui/widgets/fonts.h"
#include "gui/widgets/icons.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QTimer>
#include <QToolButton>

namespace lamella::app {

using namespace std::chrono_literals;
using models::JobsModel;

StatusLine::StatusLine(client::Client* client, JobsModel* jobs, QWidget* parent)
    : QStatusBar(parent)
    , m_client(client)
    , m_jobs(jobs)
    , m_sentence(new widgets::ElidedLabel(this))
    , m_job(new QLabel(this))
    , m_progress(new QProgressBar(this))
    , m_cancel(new QToolButton(this))
    , m_all(new QToolButton(this))
{
    setObjectName(QStringLiteral("statusLine"));
    setSizeGripEnabled(false);
    setContentsMargins(widgets::kSpacing, 0, widgets::kSpacing, 0);
    m_sentence->setObjectName(QStringLiteral("statusSentence"));
    m_job->setObjectName(QStringLiteral("jobSentence"));
    m_progress->setObjectName(QStringLiteral("jobProgress"));
    m_progress->setAccessibleName(tr("Progress of the running job"));
    m_progress->setFixedWidth(120);
    m_progress->setMaximumHeight(16);
    m_progress->setTextVisible(false);
    m_cancel->setObjectName(QStringLiteral("jobCancel"));
    m_cancel->setIcon(widgets::icon(u"close"));
    m_cancel->setAutoRaise(true);
    m_cancel->setToolTip(tr("Cancel this job"));
    m_cancel->setAccessibleName(tr("Cancel this job"));
    m_all->setObjectName(QStringLiteral("jobList"));
    m_all->setAutoRaise(true);
    m_all->setToolTip(tr("See all that is under way (Ctrl+3)"));
    addWidget(m_sentence, 1);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_job, m_progress, m_cancel, m_all})
        addPermanentWidget(widget);

    connect(m_cancel, &QToolButton::clicked, this, [this] { m_jobs->cancel(m_jobs->running()); });
    connect(m_all, &QToolButton::clicked, this, &StatusLine::jobsRequested);
    connect(m_jobs, &JobsModel::changed, this, &StatusLine::showJobs);
    connect(client, &client::Client::stateChanged, this, &StatusLine::showSentence);
    connect(client, &client::Client::imageAdded, this, &StatusLine::showSentence);
    connect(client, &client::Client::imageRemoved, this, &StatusLine::showSentence);
    connect(client, &client::Client::containerAdded, this, [this](const client::ContainerClient* container) {
        connect(container, &client::ContainerClient::stateChanged, this, &StatusLine::showSentence);
        showSentence();
    });
    connect(client, &client::Client::containerRemoved, this, &StatusLine::showSentence);
    auto* clock = new QTimer(this);
    clock->setInterval(1s);
    connect(clock, &QTimer::timeout, this, &StatusLine::showSentence);
    clock->start();
    showSentence();
    showJobs();
}

void StatusLine::showSentence()
{
    if (!m_client->isReady()) {
        m_sentence->setText(m_client->state() == client::Client::State::Connecting
                                ? tr("Connecting to the helper…")
                                : tr("Not connected to the helper."));
        return;
    }
    const QList<client::ContainerClient*> containers = m_client->containers();
    int running = 0;
    double cpu = 0;
    quint64 memory = 0;
    for (const client::ContainerClient* container : containers) {
        running += container->isAlive() ? 1 : 0;
        if (!container->isAlive())
            continue;
        cpu += container->stats()->cpuPercent().value_or(0) / 100.0;
        memory += container->stats()->memoryBytes().value_or(0);
    }
    if (containers.isEmpty())
        m_sentence->setText(m_client->images().isEmpty() ? tr("Nothing is here yet.")
                                                         : tr("There is no container yet."));
    else if (running == 0)
        m_sentence->setText(tr("%n container(s), none of which runs.", nullptr, static_cast<int>(containers.size())));
    else if (running == containers.size())
        m_sentence->setText(tr("%n container(s) running, with %1 CPU and %2 of memory.", nullptr, running)
                                .arg(format::percent(cpu), format::bytes(memory)));
    else
        m_sentence->setText(tr("%1 of %n container(s) running, with %2 CPU and %3 of memory.", nullptr,
                               static_cast<int>(containers.size()))
                                .arg(running)
                                .arg(format::percent(cpu), format::bytes(memory)));
}

void StatusLine::showJobs()
{
    const QModelIndex job = m_jobs->running();
    const int count = m_jobs->runningCount();
    for (QWidget* widget : std::initializer_list<QWidget*>{m_job, m_progress})
        widget->setVisible(job.isValid());
    m_cancel->setVisible(job.data(JobsModel::CancelableRole).toBool());
    m_all->setVisible(count > 1);
    m_all->setText(tr("%n job(s)", nullptr, count));
    if (!job.isValid())
        return;
    m_job->setText(job.data().toString());
    const double progress = job.data(JobsModel::ProgressRole).toDouble();
    // A maximum of 0 shows that it works without saying how far it is.
    m_progress->setRange(0, progress < 0 ? 0 : 1000);
    m_progress->setValue(static_cast<int>(progress * 1000));
}

} // namespace lamella::app
