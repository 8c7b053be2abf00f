// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/process.h"
#include "tests/privileged/image/fault_fixture.h"

#include <csignal>
#include <optional>

using namespace lamella;
using namespace lamella::image;
using namespace std::chrono_literals;

/// Each worker of each operation of the store is killed, before it has done anything and some time later: the
/// operation says so, the store goes on as if it had not been asked, and does it when it is asked again.
class WorkerFaultsTest : public QObject, FaultTest {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { ::signal(SIGPIPE, SIG_IGN); }
    void init() { prepare(); }
    void cleanup() { cleanUp(); }
    void aKilledWorkerLeavesNothing_data() { operationsOfWorkers(); }
    void aKilledWorkerLeavesNothing();

private:
    fs::path started() const { return m_directory / "started"; }
    fs::path wrapper() const { return m_directory / "worker"; }

    /// What is started as a worker: says who the n-th one is, and kills the one that `doomed` names.
    void wrap() const
    {
        const auto text = std::format(R"(#!/bin/sh
n=1
until mkdir {0}/$n 2>/dev/null; do n=$((n + 1)); done
[ ! -e {0}/doomed.$n ] || kill -9 $$
echo $$ >{0}/$n/new
mv {0}/$n/new {0}/$n/pid
exec {1} "$@"
)",
                                      started().string(), environment("LAMELLA_BIN") + "/lamella-worker");
        QVERIFY(os::replaceFile(wrapper(), text, 0755));
    }

    void forgetStarted() const
    {
        fs::remove_all(started());
        fs::create_directories(started());
    }

    int countStarted() const
    {
        int count = 0;
        while (fs::exists(started() / std::to_string(count + 1)))
            ++count;
        return count;
    }

    /// Kills the worker of this number so long after its start, unless it has ended until then.
    void kill(int number, std::chrono::milliseconds after, const std::stop_token& stop) const
    {
        const auto file = started() / std::to_string(number) / "pid";
        while (!fs::exists(file)) {
            if (stop.stop_requested())
                return;
            std::this_thread::sleep_for(200us);
        }
        const auto worker = os::openPidfd(std::stoi(os::readFile(file).value()));
        std::this_thread::sleep_for(after);
        if (worker)
            std::ignore = os::sendSignal(worker->borrow(), SIGKILL);
    }
};

void WorkerFaultsTest::aKilledWorkerLeavesNothing()
{
    QFETCH(Operation, operation);
    furnish();
    wrap();
    Store store{root(), wrapper()};
    forgetStarted();
    QVERIFY(operation(store, m_directory));
    const int count = countStarted();
    QVERIFY(count > 0);
    verifyStore(store);
    const std::vector<std::optional<std::chrono::milliseconds>> times{std::nullopt, 0ms,  1ms,  2ms,
                                                                      5ms,          10ms, 20ms, 40ms};
    for (int number = 1; number <= count; ++number) {
        for (const auto& time : times) {
            forgetStarted();
            std::jthread killer;
            if (time)
                killer = std::jthread([this, number, time](const std::stop_token& stop) { kill(number, *time, stop); });
            else
                QVERIFY(os::replaceFile(started() / std::format("doomed.{}", number), ""));
            const auto done = operation(store, m_directory);
            killer = {};
            // What is acknowledged is unpacked again.
            QVERIFY2(time || !done || fs::exists(m_directory / "acknowledged"), "nobody has noticed");
            if (!done) {
                QVERIFY2(done.error().kind == ErrorKind::Failed, done.error().message.c_str());
                QVERIFY2(done.error().message.contains("worker"), done.error().message.c_str());
            }
            verifyStore(store);
            if (QTest::currentTestFailed()) {
                qWarning("worker %d of %d, after %d ms", number, count, time ? int(time->count()) : -1);
                return;
            }
        }
    }
    QVERIFY(operation(store, m_directory));
}

QTEST_GUILESS_MAIN(WorkerFaultsTest)
#include "tst_worker_faults.moc"
