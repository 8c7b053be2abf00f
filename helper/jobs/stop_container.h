// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/container_manager.h"
#include "helper/jobs/job_object.h"

#include <QObject>
#include <QPointer>
#include <QTimer>

#include <chrono>
#include <string>

namespace lamella::helper {

/// The work of Container.Stop: its stop signal to PID 1, then SIGKILL to all of it when the time is over. Deletes
/// itself.
class StopContainer : public QObject {
    Q_OBJECT

public:
    StopContainer(container::ContainerManager& containers, std::string id, std::chrono::milliseconds timeout);

    /// Begins; `job` has been made with cancel() as its way out.
    void begin(JobObject* job);
    /// Leaves the container running. Only while it waits.
    void cancel();

private:
    void killAll();
    /// Looks whether it is over.
    void look();
    void finish(const Result<QStringList>& result);

    container::ContainerManager& m_containers;
    std::string m_id;
    std::chrono::milliseconds m_timeout;
    QPointer<JobObject> m_job;
    QTimer m_timer;
};

} // namespace lamella::helper
