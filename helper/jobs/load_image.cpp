// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/load_image.h"

#include <QMetaObject>

namespace lamella::helper {

LoadImage::LoadImage(image::ImageStore& images, UniqueFd layout, uid_t owner)
    : m_images(images)
    , m_layout(std::move(layout))
    , m_owner(owner)
{
}

LoadImage::~LoadImage() = default;

void LoadImage::begin(JobObject* job)
{
    m_job = job;
    m_thread = std::jthread([this](const std::stop_token& stop) { work(stop); });
}

void LoadImage::work(const std::stop_token& stop)
{
    auto result = m_images.loadLayout(
        m_layout.borrow(), m_owner, [this](const image::Progress& progress) { report(progress); }, stop);
    QMetaObject::invokeMethod(this, [this, result = std::move(result)] { finish(result); }, Qt::QueuedConnection);
}

void LoadImage::report(const image::Progress& progress)
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

void LoadImage::finish(const Result<std::vector<std::string>>& result)
{
    Q_EMIT ended();
    deleteLater();
    if (!m_job)
        return;
    if (!result) {
        Error error = result.error();
        // What is missing is a part of the layout, not an object of ours.
        if (error.kind == ErrorKind::NotFound)
            error.kind = ErrorKind::InvalidArgument;
        return m_job->finish(std::unexpected(std::move(error)));
    }
    QStringList ids;
    for (const std::string& id : *result)
        ids.append(QString::fromStdString(id));
    m_job->finish(ids);
}

} // namespace lamella::helper
