// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/dbus/object_tree.h"
#include "helper/jobs/work.h"

#include <QHash>

#include <chrono>

namespace lamella::helper {

/// The jobs: numbers them, caps them per user and takes them out of the tree a while after they ended. A job does not
/// end when its caller leaves the bus: what he began (a load, a stop) goes on, as a container does.
class Jobs : public QObject {
    Q_OBJECT

public:
    static constexpr int kMaxRunning = 16; ///< of one user

    /// `longest`: what takes longer is ended. `kept`: for how long one that has ended can be looked at.
    explicit Jobs(ObjectTree& tree, std::chrono::milliseconds longest = std::chrono::hours(24),
                  std::chrono::milliseconds kept = std::chrono::seconds(60));

    /// Makes a job that runs. Errors: LimitExceeded.
    Result<JobObject*> start(const QString& operation, uid_t owner, const QStringList& items,
                             std::function<void()> cancel);

    /// Makes a job that does `function` on a thread of its own; `ended` is called on the main thread when it has been
    /// done, however it ended. Errors: LimitExceeded.
    Result<JobObject*> start(const QString& operation, uid_t owner, const QStringList& items, Work::Function function,
                             std::function<void()> ended = {});

private:
    void ended(JobObject* job);

    ObjectTree& m_tree;
    std::chrono::milliseconds m_longest;
    std::chrono::milliseconds m_kept;
    quint64 m_last = 0;
    QHash<uid_t, int> m_running;
    QHash<uid_t, QList<QPointer<JobObject>>> m_finished;
};

} // namespace lamella::helper
