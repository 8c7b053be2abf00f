// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/work.h"

#include "helper/objects/text.h"

#include <QMetaObject>

#include <format>

namespace lamella::helper {

Work::Work(Function function)
    : m_function(std::move(function))
{
}

Work::~Work() = default;

void Work::begin(JobObject* job)
{
    m_job = job;
    m_thread = std::jthread([this](std::stop_token stop) {
        auto result = m_function([this](const image::Progress& progress) { report(progress); }, std::move(stop));
        QMetaObject::invokeMethod(this, [this, result = std::move(result)] { finish(result); }, Qt::QueuedConnection);
    });
}

void Work::giveUp(std::chrono::milliseconds longest)
{
    m_givenUp = Error::of(ErrorKind::LimitExceeded,
                          std::format("it took longer than the {} seconds that the setting job_seconds allows",
                                      std::chrono::duration<double>(longest).count()));
    cancel();
}

void Work::report(const image::Progress& progress)
{
    {
        const std::scoped_lock lock(m_mutex);
        m_latest = progress;
    }
    // One message under way at a time: the main thread is told as often as it can take it.
    if (m_posted.exchange(true))
        return;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_posted = false;
            const std::scoped_lock lock(m_mutex);
            if (m_job)
                m_job->report(m_latest);
        },
        Qt::QueuedConnection);
}

void Work::finish(const Result<std::vector<std::string>>& result)
{
    Q_EMIT ended();
    deleteLater();
    if (!m_job)
        return;
    if (result)
        m_job->finish(fromEngine(*result));
    else if (m_givenUp && result.error().kind == ErrorKind::Cancelled)
        m_job->finish(std::unexpected(*m_givenUp));
    else
        m_job->finish(std::unexpected(result.error()));
}

} // namespace lamella::helper
