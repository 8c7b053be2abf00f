// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaObject>
#include <QObject>
#include <QPointer>
#include <QThreadPool>

#include <memory>
#include <utility>

namespace lamella::helper {

/// Threads for what takes longer than a millisecond or so; the answers come back to the main thread. One for each kind
/// of work: what is slow must hold up nothing that is quick.
class Background : public QObject {
    Q_OBJECT

public:
    explicit Background(int threads) { m_pool.setMaxThreadCount(threads); }
    ~Background() override { m_pool.waitForDone(); }

    /// Runs `work` on a thread of the pool and then `done` with its result on this object's thread. `done` is not
    /// called when this object has gone; nothing of another object may be touched by `work`.
    template <class Work, class Done>
    void run(Work work, Done done)
    {
        m_pool.start([this, work = std::move(work), done = std::move(done)]() mutable {
            auto result = std::make_shared<decltype(work())>(work());
            // The pool is waited for by the destructor, so `this` lives.
            QMetaObject::invokeMethod(
                this, [result, done = std::move(done)]() mutable { done(std::move(*result)); }, Qt::QueuedConnection);
        });
    }

private:
    QThreadPool m_pool;
};

} // namespace lamella::helper
