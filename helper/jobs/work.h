// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/image_store.h"
#include "helper/jobs/job_object.h"

#include <QObject>
#include <QPointer>

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace lamella::helper {

/// What a job does, on a thread of its own: a file system of the caller's (FUSE) or a registry may keep it waiting for
/// as long as they like, and may then keep nobody else waiting. Deletes itself when it has ended.
class Work : public QObject {
    Q_OBJECT

public:
    /// Runs on the thread; what it returns is the job's Result. It goes with this object, on the main thread.
    using Function
        = std::function<Result<std::vector<std::string>>(const image::ProgressSink& progress, std::stop_token stop)>;

    explicit Work(Function function);
    ~Work() override;

    void begin(JobObject* job);
    void cancel() { m_thread.request_stop(); }

    /// Ends it because it has taken as long as it may.
    void giveUp(std::chrono::milliseconds longest);

Q_SIGNALS:
    /// On the main thread, before the job says that it has ended.
    void ended();

private:
    void report(const image::Progress& progress);
    void finish(const Result<std::vector<std::string>>& result);

    Function m_function;
    QPointer<JobObject> m_job;
    std::mutex m_mutex;
    image::Progress m_latest;
    std::atomic<bool> m_posted = false;
    std::optional<Error> m_givenUp; ///< of the main thread
    std::jthread m_thread;
};

} // namespace lamella::helper
