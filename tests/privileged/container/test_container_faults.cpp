// SPDX-License-Identifier: GPL-3.0-or-later
#include "world.h"

#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

using namespace lamella;
using namespace lamella::container;
using namespace lamella::test;

namespace {

CreateRequest waiting()
{
    CreateRequest request;
    request.image = "box:latest";
    request.command = {"/bin/sh", "-c", "echo up; while :; do sleep 0.05; done"};
    return request;
}

std::size_t countIn(const std::filesystem::path& directory)
{
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator{directory}, {}));
}

/// Another process with a manager of its own, which makes, starts and removes containers until it is killed.
pid_t startWorker(const World& world)
{
    const pid_t child = ::fork();
    if (child != 0)
        return child;
    auto database = require(db::Database::open(world.root() / "lamella.db"));
    image::ImageStore images{*database, world.root(), World::programs() / "lamella-worker"};
    ContainerManager manager{*database, images, world.directories()};
    require(manager.recover());
    for (;;) {
        const std::string kept = require(manager.create(waiting()));
        std::ignore = await<void>([&](Reply<void> reply) { manager.start(kept, std::move(reply)); });
        const std::string gone = require(manager.create(waiting()));
        std::ignore = await<void>([&](Reply<void> reply) { manager.start(gone, std::move(reply)); });
        std::ignore = await<void>([&](Reply<void> reply) { manager.remove(gone, true, std::move(reply)); });
    }
}

} // namespace

/// What is killed at any moment leaves nothing behind that the next manager does not find.
class TestContainerFaults : public QObject {
    Q_OBJECT

    std::unique_ptr<ContainerManager> recovered()
    {
        auto manager
            = std::make_unique<ContainerManager>(m_world->database(), m_world->images(), m_world->directories());
        require(manager->recover());
        return manager;
    }
    static Result<void> start(ContainerManager& manager, const std::string& id)
    {
        return await<void>([&](Reply<void> reply) { manager.start(id, std::move(reply)); });
    }
    /// Everything can be removed, and then nothing is there.
    void removeAll(ContainerManager& manager)
    {
        for (const std::string& id : manager.ids()) {
            QVERIFY(eventually([&] { return manager.find(id)->state != State::Running || manager.find(id)->pid > 0; }));
            const auto removed = await<void>([&](Reply<void> reply) { manager.remove(id, true, std::move(reply)); });
            QVERIFY2(removed, removed ? "" : removed.error().message.c_str());
            QCOMPARE(m_world->leftOf(id), "");
        }
        QVERIFY(eventually([&] { return countIn(m_world->root() / "containers") == 0; }));
        QCOMPARE(countIn(m_world->run() / "containers"), 0u);
    }

private Q_SLOTS:
    void init() { m_world = std::make_unique<World>(); }
    void cleanup() { m_world.reset(); }

    void seesThatTheShimWasKilled()
    {
        auto manager = recovered();
        const std::string id = require(manager->create(waiting()));
        require(start(*manager, id));
        const pid_t pid = manager->find(id)->pid;
        ::kill(manager->find(id)->shimPid, SIGKILL);
        QVERIFY(eventually([&] { return manager->find(id)->state == State::Stopped && m_world->leftOf(id).empty(); }));
        QVERIFY(!isAlive(pid));
        QVERIFY(manager->find(id)->lastError.find("shim") != std::string::npos);
        QVERIFY(eventually([&] { return start(*manager, id).has_value(); }));
        QCOMPARE(manager->find(id)->lastError, "");
        removeAll(*manager);
    }

    void answersWhenTheShimIsKilledWhileItStarts()
    {
        auto manager = recovered();
        for (int delay = 0; delay < 20; ++delay) {
            const std::string id = require(manager->create(waiting()));
            std::optional<Result<void>> answer;
            manager->start(id, [&](Result<void> result) { answer = std::move(result); });
            ::usleep(static_cast<useconds_t>(delay * 700));
            ::kill(manager->find(id)->shimPid, SIGKILL);
            QVERIFY(eventually([&] { return answer.has_value(); }));
            QVERIFY(
                eventually([&] { return manager->find(id)->state != State::Running && m_world->leftOf(id).empty(); }));
            QVERIFY(!manager->find(id)->lastError.empty());
        }
        removeAll(*manager);
    }

    void marksWhatARebootHasEnded()
    {
        std::string id;
        {
            auto manager = recovered();
            id = require(manager->create(waiting()));
            require(start(*manager, id));
            const pid_t shim = manager->find(id)->shimPid;
            manager.reset();
            ::kill(shim, SIGKILL);
            QVERIFY(eventually([&] { return ::waitpid(shim, nullptr, WNOHANG) != 0; }));
        }
        std::filesystem::remove_all(m_world->runOf(id));
        auto manager = recovered();
        QCOMPARE(manager->find(id)->state, State::Stopped);
        QVERIFY(!manager->find(id)->lastError.empty());
        QVERIFY(eventually([&] { return m_world->leftOf(id).empty(); }));
        removeAll(*manager);
    }

    void sweepsWhatBelongsTogetherNoMore()
    {
        std::string lost, forgotten;
        {
            auto manager = recovered();
            lost = require(manager->create(waiting()));
            forgotten = require(manager->create(waiting()));
            require(start(*manager, forgotten));
        }
        std::filesystem::remove_all(m_world->directoryOf(lost));
        require(m_world->database().lock().run("DELETE FROM containers WHERE id = ?", forgotten));
        std::filesystem::create_directories(m_world->root() / "containers/.making-0123");
        auto manager = recovered();
        QCOMPARE(manager->ids(), std::vector<std::string>{});
        QVERIFY(eventually([&] { return countIn(m_world->root() / "containers") == 0; }));
        QVERIFY(eventually([&] { return m_world->leftOf(forgotten).empty(); }));
        QCOMPARE(countIn(m_world->run() / "containers"), 0u);
    }

    void outlivesTheManagersProcess_data()
    {
        QTest::addColumn<int>("milliseconds");
        for (const int milliseconds : {15, 30, 45, 60, 75, 90, 110, 140, 180, 250, 400, 700})
            QTest::addRow("killed after %d ms", milliseconds) << milliseconds;
    }
    void outlivesTheManagersProcess()
    {
        QFETCH(const int, milliseconds);
        const pid_t worker = startWorker(*m_world);
        ::usleep(static_cast<useconds_t>(milliseconds) * 1000);
        ::kill(worker, SIGKILL);
        int status = 0;
        QCOMPARE(::waitpid(worker, &status, 0), worker);
        QVERIFY(WIFSIGNALED(status));
        auto manager = recovered();
        for (const std::string& id : manager->ids()) {
            // What was acknowledged as running is found running, with its log.
            if (manager->find(id)->state == State::Running && manager->find(id)->pid > 0)
                QVERIFY(isAlive(manager->find(id)->pid));
        }
        removeAll(*manager);
    }

private:
    std::unique_ptr<World> m_world;
};

QTEST_GUILESS_MAIN(TestContainerFaults)
#include "test_container_faults.moc"
