// SPDX-License-Identifier: GPL-3.0-or-later
#include "world.h"

#include "engine/container/limits.h"
#include "engine/container/trash.h"

#include <csignal>
#include <fstream>
#include <sys/wait.h>
#include <unistd.h>

namespace fs = std::filesystem;
using namespace lamella;
using namespace lamella::container;
using namespace lamella::test;
using namespace std::chrono_literals;

namespace {

CreateRequest named(const std::string& name, const std::string& script = "echo said; exit 3")
{
    CreateRequest request;
    request.image = "box:latest";
    request.name = name;
    request.command = {"/bin/sh", "-c", script};
    return request;
}

void write(const fs::path& file, std::size_t bytes = 5)
{
    std::ofstream{file} << std::string(bytes, 'x');
}

Result<void> moveToTrash(ContainerManager& manager, const std::string& id, bool force = false)
{
    return await<void>([&](Reply<void> reply) { manager.moveToTrash(id, force, std::move(reply)); });
}

Result<Bytes> erase(ContainerManager& manager, const std::string& id)
{
    return await<Bytes>([&](Reply<Bytes> reply) { manager.trash().erase(id, std::move(reply)); });
}

/// Another process with a manager of its own, which makes containers and throws them away, brings back one and deletes
/// one, until it is killed. It writes down each container once it is there with its file, and each one before it is
/// deleted.
pid_t startWorker(const World& world)
{
    const pid_t child = ::fork();
    if (child != 0)
        return child;
    std::ofstream made{world.path() / "made"}, deleted{world.path() / "deleted"};
    auto database = require(db::Database::open(world.root() / "lamella.db"));
    image::ImageStore images{*database, world.root(), World::programs() / "lamella-worker"};
    ContainerManager manager{*database, images, world.directories()};
    require(manager.recover());
    const auto make = [&] {
        const std::string id = require(manager.create(named({})));
        write(manager.upperDirectory(id) / "kept");
        made << id << std::endl;
        require(moveToTrash(manager, id));
        return id;
    };
    for (;;) {
        require(manager.restore(make()));
        const std::string gone = make();
        deleted << gone << std::endl;
        require(erase(manager, gone));
        make();
    }
}

std::set<std::string> linesOf(const fs::path& file)
{
    std::set<std::string> lines;
    std::ifstream stream{file};
    for (std::string line; std::getline(stream, line);)
        lines.insert(line);
    return lines;
}

} // namespace

/// What is removed can be brought back as it was, until its time is over.
class TestContainerTrash : public QObject {
    Q_OBJECT

    void restartManager(TrashSettings settings = {})
    {
        m_manager.reset();
        m_manager = std::make_unique<ContainerManager>(m_world->database(), m_world->images(), m_world->directories(),
                                                       std::move(settings));
        require(m_manager->recover());
    }
    std::string create(const CreateRequest& request) { return require(m_manager->create(request)); }
    /// One that is in the trash.
    std::string thrownAway(const std::string& name, std::size_t bytes = 5)
    {
        const std::string id = create(named(name));
        write(m_manager->upperDirectory(id) / "kept", bytes);
        require(moveToTrash(*m_manager, id));
        return id;
    }
    const Trashed* trashed(const std::string& id) const { return m_manager->trash().find(id); }
    void run(const std::string& id)
    {
        require(await<void>([&](Reply<void> reply) { m_manager->start(id, std::move(reply)); }));
        QVERIFY(eventually([&] { return m_manager->find(id)->state == State::Stopped; }));
    }

private Q_SLOTS:
    void init()
    {
        m_world = std::make_unique<World>();
        restartManager();
    }
    void cleanup()
    {
        m_manager.reset();
        m_world.reset();
    }

    void comesBackAsItWas()
    {
        const std::string id = create(named("web"));
        run(id);
        write(m_manager->upperDirectory(id) / "kept");
        const Container before = *m_manager->find(id);
        require(moveToTrash(*m_manager, id));
        QCOMPARE(m_manager->ids(), std::vector<std::string>{});
        QCOMPARE(m_world->leftOf(id), "");
        const Trashed* one = trashed(id);
        QVERIFY(one);
        QCOMPARE(one->changes, std::optional<std::uint64_t>{1});
        QVERIFY(one->bytes >= Bytes{5});
        QCOMPARE(one->expires - one->removed, 7 * 24h);

        restartManager();
        QVERIFY(trashed(id));
        require(m_manager->restore(id));
        QVERIFY(!trashed(id));
        const Container* back = m_manager->find(id);
        QVERIFY(back);
        QCOMPARE(back->name, "web");
        QCOMPARE(back->state, State::Stopped);
        QCOMPARE(back->exitStatus, 3);
        QCOMPARE(back->created, before.created);
        QCOMPARE(back->started, before.started);
        QCOMPARE(back->command, before.command);
        QCOMPARE(back->timeline, before.timeline);
        QCOMPARE(readText(m_manager->upperDirectory(id) / "kept"), "xxxxx");
        QCOMPARE(m_world->logOf(id), "said\n");
        run(id);
        QCOMPARE(m_world->logOf(id), "said\nsaid\n");
    }

    void anotherMayTakeItsName()
    {
        const std::string first = thrownAway("web");
        const std::string second = thrownAway("web");
        const std::string third = create(named("web"));
        require(m_manager->restore(first));
        require(m_manager->restore(second));
        QCOMPARE(m_manager->find(third)->name, "web");
        QCOMPARE(m_manager->find(first)->name, "web-1");
        QCOMPARE(m_manager->find(second)->name, "web-2");
        require(moveToTrash(*m_manager, first));
        restartManager();
        QCOMPARE(trashed(first)->container.name, "web-1");
    }

    void theLongestNameIsShortened()
    {
        const std::string longest(63, 'n');
        const std::string id = thrownAway(longest);
        create(named(longest));
        require(m_manager->restore(id));
        QCOMPARE(m_manager->find(id)->name, std::string(61, 'n') + "-1");
    }

    void aRunningOneIsKilledOnlyByForce()
    {
        const std::string id = create(named("web", "while :; do sleep 0.05; done"));
        require(await<void>([&](Reply<void> reply) { m_manager->start(id, std::move(reply)); }));
        const pid_t pid = m_manager->find(id)->pid;
        QCOMPARE(moveToTrash(*m_manager, id).error().kind, ErrorKind::WrongState);
        require(moveToTrash(*m_manager, id, true));
        QVERIFY(!isAlive(pid));
        QCOMPARE(m_world->leftOf(id), "");
        require(m_manager->restore(id));
        QCOMPARE(m_manager->find(id)->state, State::Stopped);
        QCOMPARE(m_manager->find(id)->exitStatus, 128 + SIGKILL);
    }

    void isBusyWhileItIsMoved()
    {
        const std::string id = create(named("web"));
        std::optional<Result<void>> answer;
        m_manager->moveToTrash(id, false, [&](Result<void> moved) { answer = std::move(moved); });
        QVERIFY(!answer);
        QCOMPARE(m_manager->restore(id).error().kind, ErrorKind::Busy);
        QCOMPARE(erase(*m_manager, id).error().kind, ErrorKind::Busy);
        QVERIFY(eventually([&] { return answer.has_value(); }));
        QVERIFY(*answer);
        require(m_manager->restore(id));
        QCOMPARE(m_manager->restore(id).error().kind, ErrorKind::NotFound);
    }

    void whatIsHeldStays()
    {
        const std::string id = create(named("web"));
        const auto held = require(m_manager->hold(id, "its changes are being undone"));
        QCOMPARE(moveToTrash(*m_manager, id).error().kind, ErrorKind::Busy);
        QVERIFY(m_manager->find(id));
    }

    void isDeletedForGood()
    {
        const std::string id = thrownAway("web", 100'000);
        const Bytes bytes = trashed(id)->bytes;
        QVERIFY(bytes >= Bytes{100'000});
        QCOMPARE(require(erase(*m_manager, id)), bytes);
        QVERIFY(!trashed(id));
        QVERIFY(!fs::exists(m_world->directoryOf(id)));
        QCOMPARE(erase(*m_manager, id).error().kind, ErrorKind::NotFound);
        restartManager();
        QVERIFY(!trashed(id));
    }

    void goesWhenItsTimeIsOver()
    {
        auto time = std::chrono::microseconds{1'000'000};
        restartManager({.keep = std::chrono::days{2}, .now = [&time] { return time; }});
        const std::string early = thrownAway("early");
        time += 24h;
        const std::string late = thrownAway("late");
        time += 24h - 1us;
        m_manager->trash().sweep();
        QVERIFY(trashed(early));
        time += 1us;
        m_manager->trash().sweep();
        QVERIFY(!trashed(early));
        QVERIFY(trashed(late));
        QVERIFY(eventually([&] { return !fs::exists(m_world->root() / "containers" / (".removed-" + early)); }));
        QVERIFY(!fs::exists(m_world->directoryOf(early)));
        // Also when the helper was not there at that time.
        m_manager.reset();
        time += 24h;
        restartManager({.keep = std::chrono::days{2}, .now = [&time] { return time; }});
        QVERIFY(!trashed(late));
    }

    void whereThereIsNoTrashItIsGone()
    {
        const std::string before = thrownAway("before");
        restartManager({.keep = std::chrono::days{0}});
        const std::string id = create(named("web"));
        require(moveToTrash(*m_manager, id));
        QVERIFY(!trashed(id));
        QVERIFY(!fs::exists(m_world->directoryOf(id)));
        // What was promised stays promised.
        QVERIFY(trashed(before));
    }

    void theOldestMakeRoom()
    {
        restartManager({.bytesOfOneUser = {250'000}});
        const std::string first = thrownAway("first", 100'000);
        const std::string second = thrownAway("second", 100'000);
        QVERIFY(trashed(first));
        const std::string third = thrownAway("third", 100'000);
        QVERIFY(eventually([&] { return !trashed(first); }));
        QVERIFY(trashed(second));
        // One that is too large by itself is there all the same.
        const std::string large = thrownAway("large", 300'000);
        QVERIFY(eventually([&] { return !trashed(second) && !trashed(third); }));
        QVERIFY(trashed(large));
    }

    /// The trash counts towards what one user may have, and keeps nobody from making something new.
    void theOldestGoForNewContainers()
    {
        const std::string first = thrownAway("first");
        m_manager.reset();
        for (std::size_t i = 1; i < kMaxContainersOfOneUser; ++i) {
            const std::string id = std::format("{:064x}", i);
            require(m_world->database().lock().run("INSERT INTO trash SELECT ?, owner, name, image, created, document, "
                                                   "removed + ?, expires, bytes, changes"
                                                   " FROM trash WHERE id = ?",
                                                   id, i, first));
            fs::create_directories(m_world->directoryOf(id) / "upper");
        }
        restartManager();
        QCOMPARE(m_manager->trash().ids().size(), kMaxContainersOfOneUser);
        create(named("one"));
        QCOMPARE(m_manager->trash().ids().size(), kMaxContainersOfOneUser - 1);
        QVERIFY(!trashed(first));
        // Another user's does not count.
        CreateRequest other = named("two");
        other.owner = 1000;
        create(other);
        QCOMPARE(m_manager->trash().countOf(0), kMaxContainersOfOneUser - 1);
    }

    void keepsItsImage()
    {
        const std::string image = m_world->image().id;
        const std::string id = thrownAway("web");
        const auto removed = m_world->images().remove(0, image);
        QVERIFY(!removed);
        QCOMPARE(removed.error().kind, ErrorKind::Busy);
        QVERIFY2(removed.error().message.contains("web (in the trash)"), removed.error().message.c_str());
        QCOMPARE(require(m_world->images().prunable(0, image::PruneWhat::Unused)).images.size(), 0u);
        require(erase(*m_manager, id));
        QCOMPARE(require(m_world->images().prunable(0, image::PruneWhat::Unused)).images.size(), 1u);
    }

    /// The helper ended after the row was moved and before the rest was done.
    void goesOnWithWhatWasInterrupted()
    {
        const std::string id = thrownAway("web");
        const std::string lost = thrownAway("lost");
        m_manager.reset();
        require(m_world->database().lock().run("UPDATE trash SET bytes = NULL, changes = NULL"));
        fs::create_directories(m_world->runOf(id));
        fs::rename(m_world->directoryOf(lost), m_world->root() / "containers" / (".removed-" + lost));
        restartManager();
        QVERIFY(!trashed(lost));
        QVERIFY(eventually([&] { return trashed(id)->changes.has_value(); }));
        QCOMPARE(*trashed(id)->changes, 1u);
        QVERIFY(trashed(id)->bytes >= Bytes{5});
        QVERIFY(!fs::exists(m_world->runOf(id)));
        QVERIFY(eventually([&] { return !fs::exists(m_world->root() / "containers" / (".removed-" + lost)); }));
    }

    void nothingIsHalfWhenTheProcessIsKilled_data()
    {
        QTest::addColumn<int>("milliseconds");
        for (const int milliseconds : {20, 30, 40, 50, 60, 75, 90, 110, 140, 180, 250, 400, 700})
            QTest::addRow("killed after %d ms", milliseconds) << milliseconds;
    }
    void nothingIsHalfWhenTheProcessIsKilled()
    {
        QFETCH(const int, milliseconds);
        m_manager.reset();
        const pid_t worker = startWorker(*m_world);
        ::usleep(static_cast<useconds_t>(milliseconds) * 1000);
        ::kill(worker, SIGKILL);
        int status = 0;
        QCOMPARE(::waitpid(worker, &status, 0), worker);
        QVERIFY(WIFSIGNALED(status));
        restartManager();
        const auto made = linesOf(m_world->path() / "made");
        const auto deleted = linesOf(m_world->path() / "deleted");
        QVERIFY(!made.empty() || milliseconds < 700);
        for (const std::string& id : made) {
            const bool there = m_manager->find(id) != nullptr;
            const bool inTrash = trashed(id) != nullptr;
            QVERIFY(!(there && inTrash));
            QVERIFY(there || inTrash || deleted.contains(id));
            if (inTrash) {
                QVERIFY(eventually([&] { return trashed(id)->changes.has_value() && !trashed(id)->busy; }));
                require(m_manager->restore(id));
            }
            if (there || inTrash)
                QCOMPARE(readText(m_manager->upperDirectory(id) / "kept"), "xxxxx");
        }
        for (const std::string& id : m_manager->trash().ids()) {
            QVERIFY(eventually([&] { return !trashed(id)->busy; }));
            require(erase(*m_manager, id));
        }
        for (const std::string& id : m_manager->ids())
            require(await<void>([&](Reply<void> reply) { m_manager->remove(id, true, std::move(reply)); }));
        QVERIFY(eventually([&] { return fs::is_empty(m_world->root() / "containers"); }));
        QVERIFY(fs::is_empty(m_world->run() / "containers"));
    }

private:
    std::unique_ptr<World> m_world;
    std::unique_ptr<ContainerManager> m_manager;
};

QTEST_GUILESS_MAIN(TestContainerTrash)
#include "test_container_trash.moc"
