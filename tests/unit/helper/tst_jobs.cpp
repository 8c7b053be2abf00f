// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/jobs.h"
#include "helper/objects/paths.h"

#include <QSignalSpy>
#include <QTest>

#include <thread>

using namespace Qt::StringLiterals;
using namespace lamella;
using namespace lamella::helper;

/// Jobs in the tree: how long they stay, and how many there may be.
class JobsTest : public QObject {
    Q_OBJECT

private:
    static constexpr uid_t kUser = 7;

    static JobObject* start(Jobs& jobs)
    {
        const auto job = jobs.start(u"load-image"_s, kUser, {}, [] { });
        return job ? *job : nullptr;
    }

private Q_SLOTS:
    void endedJobsVanish_data()
    {
        QTest::addColumn<bool>("succeeds");
        QTest::newRow("succeeded") << true;
        QTest::newRow("failed") << false;
    }

    void endedJobsVanish()
    {
        QFETCH(bool, succeeds);
        ObjectTree tree;
        Jobs jobs(tree, std::chrono::hours(1), std::chrono::milliseconds(20));
        JobObject* ended = start(jobs);
        JobObject* running = start(jobs);
        const QString endedPath = ended->path();
        const QString runningPath = running->path();
        QSignalSpy removed(&tree, &ObjectTree::removed);
        if (succeeds)
            ended->finish(QStringList{u"sha256:1"_s});
        else
            ended->finish(failure(ErrorKind::Failed, "it did not work"));
        // Whoever comes a little late can still read how it ended.
        QVERIFY(tree.find(endedPath, kUser));
        QTRY_COMPARE(removed.size(), 1);
        QVERIFY(!tree.find(endedPath, kUser));
        QVERIFY(tree.find(runningPath, kUser));
    }

    void whatTakesTooLongIsEnded()
    {
        ObjectTree tree;
        Jobs jobs(tree, std::chrono::milliseconds(20));
        bool over = false;
        const auto job = jobs.start(
            u"pull-image"_s, kUser, {},
            [](const image::ProgressSink&, const std::stop_token& stop) -> Result<std::vector<std::string>> {
                while (!stop.stop_requested())
                    std::this_thread::yield();
                return failure(ErrorKind::Cancelled, "it was cancelled");
            },
            [&over] { over = true; });
        QVERIFY(job);
        QTRY_VERIFY(over && (*job)->isFinished());
        QCOMPARE((*job)->property("State").toString(), u"failed"_s);
        const QString said = (*job)->property("ErrorMessage").toString();
        QVERIFY2(said.contains("job_seconds"_L1), qPrintable(said));
    }

    void endedJobsStayForAWhile()
    {
        ObjectTree tree;
        Jobs jobs(tree); // as the helper has it: a minute
        JobObject* job = start(jobs);
        const QString path = job->path();
        job->finish(QStringList());
        QTest::qWait(50);
        QVERIFY(tree.find(path, kUser));
    }

    void endedJobsMakeRoom()
    {
        ObjectTree tree;
        Jobs jobs(tree, std::chrono::hours(1), std::chrono::hours(1));
        QSignalSpy removed(&tree, &ObjectTree::removed);
        QList<JobObject*> running;
        for (int i = 0; i < Jobs::kMaxRunning; ++i)
            running.append(start(jobs));
        QVERIFY(!start(jobs));
        constexpr int kEnded = 200;
        for (int i = 0; i < kEnded; ++i) {
            running.takeFirst()->finish(QStringList());
            running.append(start(jobs));
            QVERIFY(running.last());
        }
        // The oldest of many went early, so that nobody fills the tree.
        QCOMPARE(removed.size(), kEnded - 64);
    }
};

QTEST_GUILESS_MAIN(JobsTest)
#include "tst_jobs.moc"
