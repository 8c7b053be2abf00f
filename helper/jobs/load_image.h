// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/image_store.h"
#include "helper/jobs/job_object.h"

#include <QObject>
#include <QPointer>

#include <atomic>
#include <mutex>
#include <thread>

namespace lamella::helper {

/// The work of Manager.LoadImage, on a thread of its own: reading the caller's directory may block for as long as he
/// likes (a FUSE file system is his), and may then block nobody else's work. Deletes itself when it has ended.
class LoadImage : public QObject {
    Q_OBJECT

public:
    LoadImage(image::ImageStore& images, UniqueFd layout, uid_t owner);
    ~LoadImage() override;

    void begin(JobObject* job);
    void cancel() { m_thread.request_stop(); }

Q_SIGNALS:
    /// Emitted on the main thread when images may have come.
    void ended();

private:
    void work(const std::stop_token& stop);
    void report(const image::Progress& progress);
    void finish(const Result<std::vector<std::string>>& result);

    image::ImageStore& m_images;
    UniqueFd m_layout;
    uid_t m_owner;
    QPointer<JobObject> m_job;
    std::mutex m_mutex;
    image::Progress m_latest;
    std::atomic<bool> m_posted = false;
    std::jthread m_thread;
};

} // namespace lamella::helper
