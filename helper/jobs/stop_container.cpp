// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/stop_container.h"

#include "helper/objects/paths.h"

#include <csignal>

namespace lamella::helper {

using container::ContainerManager;
using container::State;

StopContainer::StopContainer(ContainerManager& containers, std::string id, std::chrono::milliseconds timeout)
    : m_containers(containers)
    , m_id(std::move(id))
    , m_timeout(timeout)
{
    m_timer.setSingleShot(true);
    connect(&m_timer, &QTimer::timeout, this, &StopContainer::killAll);
    const auto mine = [this](const std::string& changed) {
        if (changed == m_id)
            look();
    };
    connect(&containers, &ContainerManager::changed, this, mine);
    connect(&containers, &ContainerManager::removed, this, mine);
}

void StopContainer::begin(JobObject* job)
{
    m_job = job;
    m_job->report({"waiting for the program to end", {}, {}, {}});
    const container::Container* container = m_containers.find(m_id);
    const bool paused = container && container->state == State::Paused;
    m_timer.start(m_timeout);
    // Where it ended meanwhile, look() is what says so; a signal that cannot be sent changes nothing before the
    // timeout.
    m_containers.kill(m_id, container ? container->stopSignal : SIGTERM, false,
                      [self = QPointer(this), paused](const Result<void>&) {
                          // A frozen process gets its signal when it thaws.
                          if (self && paused)
                              self->m_containers.resume(self->m_id, [](const Result<void>&) { });
                          if (self)
                              self->look();
                      });
}

void StopContainer::killAll()
{
    if (!m_job)
        return;
    m_job->commit();
    m_job->report({"killing it", {}, {}, {}});
    m_containers.kill(m_id, SIGKILL, true, [self = QPointer(this)](const Result<void>& killed) {
        if (!self)
            return;
        if (!killed && killed.error().kind != ErrorKind::WrongState && killed.error().kind != ErrorKind::NotFound)
            return self->finish(std::unexpected(killed.error()));
        self->look();
    });
}

void StopContainer::look()
{
    const container::Container* container = m_containers.find(m_id);
    if (!container)
        return finish(QStringList{});
    if (container->state == State::Stopped || container->state == State::Created)
        finish(QStringList{});
}

void StopContainer::cancel()
{
    finish(failure(ErrorKind::Cancelled, "the stop was cancelled: the container goes on"));
}

void StopContainer::finish(const Result<QStringList>& result)
{
    if (!m_job)
        return;
    m_timer.stop();
    std::exchange(m_job, nullptr)->finish(result);
    deleteLater();
}

} // namespace lamella::helper
