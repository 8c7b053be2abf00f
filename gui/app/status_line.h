// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStatusBar>

class QLabel;
class QProgressBar;
class QToolButton;

namespace lamella::client {
class Client;
}

namespace lamella::models {
class JobsModel;
}

namespace lamella::widgets {
class ElidedLabel;
}

namespace lamella::app {

/// One sentence about everything at the left, at the right the running job with its progress and a way to cancel it;
/// with several, a button lists them all.
class StatusLine : public QStatusBar {
    Q_OBJECT

public:
    StatusLine(client::Client* client, models::JobsModel* jobs, QWidget* parent = nullptr);

Q_SIGNALS:
    /// A person wants to see all the jobs.
    void jobsRequested();

private:
    void showSentence();
    void showJobs();

    client::Client* m_client;
    models::JobsModel* m_jobs;
    widgets::ElidedLabel* m_sentence;
    QLabel* m_job;
    QProgressBar* m_progress;
    QToolButton* m_cancel;
    QToolButton* m_all;
};

} // namespace lamella::app
