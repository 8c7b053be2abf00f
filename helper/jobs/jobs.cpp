// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/jobs.h"

#include <QPointer>
#include <QTimer>

namespace lamella::helper {

namespace {

/// Ended jobs of one user that are kept to be looked at; beyond it the oldest goes early.
constexpr qsizetype kMaxFinished = 64;

} // namespace

Jobs::Jobs(ObjectTree& tree, std::chrono::milliseconds longest, std::chrono::milliseconds kept)
    : m_tree(tree)
    , m_longest(longest)
    , m_kept(kept)
{
}

Result<JobObject*> Jobs::start(const QString& operation, uid_t owner, const QStringList& items,
                               std::function<void()> cancel)
{
    int& running = m_running[owner];
    if (running >= kMaxRunning)
        return failure(ErrorKind::LimitExceeded, std::format("{} jobs of yours run already: wait for one", running));
    ++running;
    auto* job = m_tree.add(std::make_unique<JobObject>(++m_last, operation, owner, items, std::move(cancel)));
    connect(job, &JobObject::finished, this, [this, job] { ended(job); });
    return job;
}

Result<JobObject*> Jobs::start(const QString& operation, uid_t owner, const QStringList& items, Work::Function function,
                               std::function<void()> ended)
{
    auto work = std::make_unique<Work>(std::move(function));
    auto* job = TRY(start(operation, owner, items, [work = QPointer(work.get())] {
        if (work)
            work->cancel();
    }));
    if (ended)
        connect(work.get(), &Work::ended, this, std::move(ended));
    QTimer::singleShot(m_longest, work.get(), [work = work.get(), longest = m_longest] { work->giveUp(longest); });
    work.release()->begin(job); // deletes itself
    return job;
}

void Jobs::ended(JobObject* job)
{
    const uid_t owner = job->ownerUid();
    if (--m_running[owner] == 0)
        m_running.remove(owner);
    auto& finished = m_finished[owner];
    finished.append(job);
    if (finished.size() > kMaxFinished)
        m_tree.remove(finished.takeFirst());
    QTimer::singleShot(m_kept, this, [this, owner, kept = QPointer(job)] {
        if (!kept)
            return;
        m_finished[owner].removeOne(kept);
        if (m_finished[owner].isEmpty())
            m_finished.remove(owner);
        m_tree.remove(kept);
    });
}

} // namespace lamella::helper
