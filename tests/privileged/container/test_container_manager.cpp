// SPDX-License-Identifier: GPL-3.0-or-later
#include "world.h"

#include "engine/cgroup/cgroup.h"
#include "engine/os/file.h"
#include "engine/runtime/seccomp.h"

#include <nlohmann/json.hpp>

#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace lamella;
using namespace lamella::container;
using namespace lamella::test;

namespace {

CreateRequest shell(const std::string& script)
{
    CreateRequest request;
    request.image = "box:latest";
    request.command = {"/bin/sh", "-c", script};
    return request;
}

/// PID 1 has no default actions: a shell must say what SIGTERM does.
const std::string kWaits = "trap 'exit 0' TERM; while :; do sleep 0.05; done";

} // namespace

class TestContainerManager : public QObject {
    Q_OBJECT

    Result<void> start(const std::string& id)
    {
        return await<void>([&](Reply<void> reply) { m_manager->start(id, std::move(reply)); });
    }
    Result<void> remove(const std::string& id, bool force)
    {
        return await<void>([&](Reply<void> reply) { m_manager->remove(id, force, std::move(reply)); });
    }
    Result<void> kill(const std::string& id, int signal, bool all = false)
    {
        return await<void>([&](Reply<void> reply) { m_manager->kill(id, signal, all, std::move(reply)); });
    }
    Result<ExecReply> exec(const std::string& id, ExecRequest request)
    {
        return await<ExecReply>([&](Reply<ExecReply> reply) { m_manager->exec(id, request, std::move(reply)); });
    }
    std::string outputOf(const std::string& id, ExecRequest request)
    {
        auto reply = exec(id, std::move(request));
        return reply ? readToEnd(reply->streams.at(1).borrow()) : reply.error().message;
    }
    bool becomes(const std::string& id, State state)
    {
        return eventually([&] { return m_manager->find(id) != nullptr && m_manager->find(id)->state == state; });
    }
    std::string create(const CreateRequest& request) { return require(m_manager->create(request)); }
    std::string run(const CreateRequest& request)
    {
        const std::string id = create(request);
        require(start(id));
        return id;
    }
    std::vector<std::string> filesLeft() const
    {
        std::vector<std::string> left;
        for (const auto& directory : {m_world->root() / "containers", m_world->run() / "containers"}) {
            for (const auto& entry : std::filesystem::directory_iterator(directory))
                left.push_back(entry.path().filename());
        }
        return left;
    }
    void restartManager(const std::string& below = {})
    {
        m_manager.reset();
        Directories directories = m_world->directories();
        directories.cgroupParent += below;
        m_manager = std::make_unique<ContainerManager>(m_world->database(), m_world->images(), std::move(directories));
        require(m_manager->recover());
    }

private Q_SLOTS:
    void init()
    {
        m_world = std::make_unique<World>();
        restartManager();
    }
    void cleanup()
    {
        for (const std::string& id : m_manager->ids())
            std::ignore = remove(id, true);
        m_manager.reset();
        m_world.reset();
    }

    /// The filter that a start takes from the cache has been put there when the manager came up.
    void compilesTheSeccompProfileBeforeAStart()
    {
        const std::filesystem::path cache{runtime::kSeccompCache};
        const auto filters = [&cache] {
            std::map<std::string, std::filesystem::file_time_type> found;
            std::error_code ignored; // it may not be there yet, or have its final name by now
            for (const auto& entry : std::filesystem::directory_iterator(cache, ignored))
                found[entry.path().filename()] = entry.last_write_time(ignored);
            return found;
        };
        m_manager.reset(); // which ends its threads
        std::filesystem::remove_all(cache);
        restartManager();
        QVERIFY(eventually([&] { return filters().size() == 1 && filters().begin()->first.size() == 24; }));
        const auto before = filters();
        const std::string id = run(shell("exit 0"));
        QVERIFY(becomes(id, State::Stopped));
        QCOMPARE(filters(), before);
    }

    /// What is removed has more files than a start, or the cleaning up after one that failed, may wait for.
    void removalsHoldNobodyUp()
    {
        std::vector<std::string> large;
        for (int i = 0; i < 3; ++i) {
            large.push_back(create(shell("exit 0")));
            const auto upper = m_manager->upperDirectory(large.back());
            for (int file = 0; file < 30'000; ++file)
                ::close(::open((upper / std::to_string(file)).c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
        }
        CreateRequest wrong = shell("");
        wrong.command = {"/no/such/program"};
        const std::string failing = create(wrong);
        std::vector<std::string> order;
        for (const std::string& id : large)
            m_manager->remove(id, false,
                              [&](const Result<void>& done) { order.push_back(done ? "removed" : "failed"); });
        m_manager->start(failing, [&](const Result<void>& done) { order.push_back(done ? "started" : "refused"); });
        QVERIFY(eventually([&] { return order.size() == 4; }));
        QCOMPARE(order, (std::vector<std::string>{"refused", "removed", "removed", "removed"}));
    }

    /// A container ends while no helper is there, and the clock is set back meanwhile.
    void aClockThatIsSetBackLosesNoEnd()
    {
        const std::string id = run(shell(kWaits));
        const auto record = m_world->directoryOf(id) / "exit";
        const pid_t pid = m_manager->find(id)->pid;
        m_manager.reset();
        ::kill(pid, SIGKILL);
        QVERIFY(eventually([&] { return std::filesystem::exists(record) && m_world->leftOf(id).empty(); }));
        auto text = nlohmann::json::parse(readText(record));
        text["finished_usec"] = text["started_usec"].get<std::int64_t>() - 3'600'000'000;
        require(os::replaceFile(record, text.dump()));
        restartManager();
        QCOMPARE(m_manager->find(id)->state, State::Stopped);
        QCOMPARE(m_manager->find(id)->exitStatus, 137);
        QCOMPARE(m_manager->find(id)->lastError, "");
        // What is known already is not read again.
        m_manager.reset();
        require(
            m_world->database().lock().run("UPDATE containers SET document = json_set(document, '$.exit_status', 99)"));
        restartManager();
        QCOMPARE(m_manager->find(id)->exitStatus, 99);
    }

    void runsAContainer()
    {
        std::vector<std::string> added, removed;
        const QObject here; // the lambdas end with this function, also when it fails
        connect(m_manager.get(), &ContainerManager::added, &here, [&](const std::string& id) { added.push_back(id); });
        connect(m_manager.get(), &ContainerManager::removed, &here,
                [&](const std::string& id) { removed.push_back(id); });
        CreateRequest request = shell("echo hello from $(hostname); id -u; pwd; exit 4");
        request.hostname = "meadow";
        request.workingDir = "/srv/new";
        const std::string id = create(request);
        QCOMPARE(added, std::vector<std::string>{id});
        const Container* container = m_manager->find(id);
        QCOMPARE(container->state, State::Created);
        QVERIFY(!container->name.empty());
        QCOMPARE(m_manager->openLog(id).error().kind, ErrorKind::NotFound);
        struct stat upper{};
        QCOMPARE(::stat(m_manager->upperDirectory(id).c_str(), &upper), 0);
        QCOMPARE(upper.st_uid, container->hostUidBase);

        require(start(id));
        QVERIFY(becomes(id, State::Stopped));
        QCOMPARE(container->exitStatus, 4);
        QCOMPARE(container->pid, 0);
        QVERIFY(container->finished >= container->started && container->started > container->created);
        QCOMPARE(m_world->logOf(id), "hello from meadow\n0\n/srv/new\n");
        QVERIFY(m_manager->openLog(id).has_value());
        QVERIFY(container->timeline.size() > 8);
        QVERIFY(std::ranges::is_sorted(container->timeline, {}, [](const auto& step) { return step.second; }));
        QCOMPARE(m_world->leftOf(id), "");

        require(start(id)); // again, with what the first run has left in the writable layer
        QVERIFY(becomes(id, State::Stopped));
        require(remove(id, false));
        QCOMPARE(removed, std::vector<std::string>{id});
        QCOMPARE(filesLeft(), std::vector<std::string>{});
        QVERIFY(m_manager->find(id) == nullptr);
    }

    void leavesNoChangesOfItsOwn()
    {
        const std::string id = run(shell("true"));
        QVERIFY(becomes(id, State::Stopped));
        QVERIFY(std::filesystem::is_empty(m_manager->upperDirectory(id)));
    }

    void confines()
    {
        const std::string id = run(shell(kWaits));
        const Container& container = *m_manager->find(id);
        struct stat process{};
        QCOMPARE(::stat(("/proc/" + std::to_string(container.pid)).c_str(), &process), 0);
        QCOMPARE(process.st_uid, container.hostUidBase);
        const std::string status = readText("/proc/" + std::to_string(container.pid) + "/status");
        QVERIFY(status.find("NoNewPrivs:\t1") != std::string::npos);
        QVERIFY(status.find("Seccomp:\t2") != std::string::npos);
        QVERIFY(status.find("CapInh:\t0000000000000000") != std::string::npos);
        QVERIFY(status.find("CapEff:\t00000000a80425fb") != std::string::npos);
        QCOMPARE(readText("/proc/" + std::to_string(container.pid) + "/uid_map").empty(), false);
        QCOMPARE(outputOf(id, {.command = {"cat", "/etc/hostname"}}), id.substr(0, 12) + "\n");
    }

    void refuses_data()
    {
        QTest::addColumn<std::function<void(CreateRequest&)>>("change");
        QTest::addColumn<ErrorKind>("kind");
        using Change = std::function<void(CreateRequest&)>;
        const auto row = [](const char* name, Change change, ErrorKind kind) { QTest::newRow(name) << change << kind; };
        row("image", [](auto& r) { r.image = "nothing:latest"; }, ErrorKind::NotFound);
        row("another's image", [](auto& r) { r.owner = 4711; }, ErrorKind::NotFound);
        row("name", [](auto& r) { r.name = "../up"; }, ErrorKind::InvalidArgument);
        row("name taken", [](auto& r) { r.name = "taken"; }, ErrorKind::AlreadyExists);
        row("little memory", [](auto& r) { r.memoryLimit = 1_MiB; }, ErrorKind::InvalidArgument);
        row("much memory", [](auto& r) { r.memoryLimit = Bytes{1ull << 50}; }, ErrorKind::LimitExceeded);
        row("many CPUs", [](auto& r) { r.cpuQuota = 4096; }, ErrorKind::LimitExceeded);
        row("weight", [](auto& r) { r.cpuWeight = 0; }, ErrorKind::InvalidArgument);
        row("pids", [](auto& r) { r.pidsMax = 0; }, ErrorKind::InvalidArgument);
        row("user", [](auto& r) { r.user = "nobodyhere"; }, ErrorKind::NotFound);
        row("uid", [](auto& r) { r.user = "4294967296"; }, ErrorKind::InvalidArgument);
        row("env", [](auto& r) { r.env = {"NOVALUE"}; }, ErrorKind::InvalidArgument);
        row("working directory", [](auto& r) { r.workingDir = "relative"; }, ErrorKind::InvalidArgument);
        row("host name", [](auto& r) { r.hostname = "a b"; }, ErrorKind::InvalidArgument);
    }
    void refuses()
    {
        QFETCH(const std::function<void(CreateRequest&)>, change);
        QFETCH(const ErrorKind, kind);
        CreateRequest other = shell("true");
        other.name = "taken";
        const std::string id = create(other);
        CreateRequest request = shell("true");
        change(request);
        const auto refused = m_manager->create(request);
        QVERIFY(!refused);
        QCOMPARE(refused.error().kind, kind);
        QVERIFY(refused.error().message.size() > 10);
        QCOMPARE(filesLeft(), std::vector<std::string>{id});
    }

    void tellsWhyItDoesNotStart()
    {
        CreateRequest request = shell("");
        request.command = {"vim", "file"};
        const std::string id = create(request);
        for (int attempt = 0; attempt < 2; ++attempt) {
            const auto started = start(id);
            QVERIFY(!started);
            QCOMPARE(started.error().kind, ErrorKind::NotFound);
            QCOMPARE(started.error().message, "the command 'vim' is not in the image box:latest");
            QCOMPARE(m_manager->find(id)->state, State::Created);
            QCOMPARE(m_manager->find(id)->lastError, started.error().message);
            QCOMPARE(m_world->leftOf(id), "");
        }
    }

    void execsAsWhoIsAsked()
    {
        CreateRequest request = shell(kWaits);
        request.env = {"TREE=larch"};
        request.user = "ant";
        const std::string id = run(request);
        QCOMPARE(outputOf(id, {.command = {"sh", "-c", "id -u; id -g; id -G; echo $HOME $TREE"}}),
                 "1234\n1235\n1235 1240\n/home/ant larch\n");
        QCOMPARE(outputOf(id,
                          {.command = {"sh", "-c", "id -u; echo $HOME $TREE; pwd"},
                           .env = {"TREE=yew"},
                           .workingDir = "/etc",
                           .user = "root"}),
                 "0\n/root yew\n/etc\n");
        QCOMPARE(exec(id, {.command = {"nothing"}}).error().kind, ErrorKind::NotFound);
        QCOMPARE(exec(id, {.command = {}}).error().kind, ErrorKind::InvalidArgument);
        QCOMPARE(exec(id, {.command = {"id"}, .user = "-1"}).error().kind, ErrorKind::InvalidArgument);

        int status = -1;
        unsigned ended = 0;
        const QObject here;
        connect(m_manager.get(), &ContainerManager::execExited, &here,
                [&](const std::string&, unsigned one, int how) { ended = one, status = how; });
        auto reply = require(exec(id, {.command = {"sh", "-c", "read x; exit 6"}, .terminal = true}));
        QCOMPARE(reply.streams.size(), 1u);
        QVERIFY(isAlive(reply.pid));
        QCOMPARE(::write(reply.streams[0].get(), "\n", 1), 1);
        QVERIFY(eventually([&] { return ended == reply.exec; }));
        QCOMPARE(status, 6);
    }

    void attaches()
    {
        const std::string id = run(shell("read line; echo got $line"));
        const auto stream
            = require(await<UniqueFd>([&](Reply<UniqueFd> reply) { m_manager->attach(id, std::move(reply)); }));
        QCOMPARE(::write(stream.get(), "word\n", 5), 5);
        QCOMPARE(readToEnd(stream.borrow()), "got word\n");
        QVERIFY(becomes(id, State::Stopped));
    }

    void pausesAndStops()
    {
        const std::string id = run(shell(kWaits));
        require(await<void>([&](Reply<void> reply) { m_manager->pause(id, std::move(reply)); }));
        QVERIFY(becomes(id, State::Paused));
        QCOMPARE(exec(id, {.command = {"id"}}).error().kind, ErrorKind::WrongState);
        QCOMPARE(start(id).error().kind, ErrorKind::WrongState);
        require(await<void>([&](Reply<void> reply) { m_manager->resume(id, std::move(reply)); }));
        QVERIFY(becomes(id, State::Running));
        QCOMPARE(remove(id, false).error().kind, ErrorKind::WrongState);
        require(kill(id, SIGTERM));
        QVERIFY(becomes(id, State::Stopped));
        QCOMPARE(m_manager->find(id)->exitStatus, 0);
        QCOMPARE(kill(id, SIGTERM).error().kind, ErrorKind::WrongState);
    }

    void removesByForce()
    {
        const std::string id = run(shell("mkdir -p /deep/er; touch /deep/er/file; rm /etc/group; " + kWaits));
        const pid_t pid = m_manager->find(id)->pid;
        require(remove(id, true));
        QVERIFY(!isAlive(pid));
        QCOMPARE(filesLeft(), std::vector<std::string>{});
        QCOMPARE(m_world->leftOf(id), "");
        QCOMPARE(remove(id, true).error().kind, ErrorKind::NotFound);
    }

    void removesFromWithinAnAnswer_data()
    {
        QTest::addColumn<std::string>("command");
        QTest::addColumn<bool>("killsShim");
        QTest::newRow("start fails") << std::string{"no-such-command"} << false;
        QTest::newRow("program ends") << std::string{"true"} << false;
        QTest::newRow("shim is lost") << kWaits << true;
    }
    /// Whoever hears of something may remove the container at once, and more than once: each is answered exactly once.
    void removesFromWithinAnAnswer()
    {
        QFETCH(const std::string, command);
        QFETCH(const bool, killsShim);
        CreateRequest request = shell(command);
        if (command == "no-such-command")
            request.command = {command};
        const std::string id = create(request);
        int asked = 0;
        int answered = 0;
        int started = 0;
        const auto removeAgain = [&] {
            ++asked;
            m_manager->remove(id, !killsShim, [&](const Result<void>&) { ++answered; });
        };
        const QObject context;
        QObject::connect(m_manager.get(), &ContainerManager::changed, &context, removeAgain);
        QObject::connect(m_manager.get(), &ContainerManager::removed, &context, removeAgain);
        m_manager->start(id, [&](const Result<void>&) {
            ++started;
            removeAgain();
        });
        removeAgain();
        if (killsShim) {
            QVERIFY(becomes(id, State::Running));
            ::kill(m_manager->find(id)->shimPid, SIGKILL);
        }
        QVERIFY(eventually([&] { return started > 0 && m_manager->find(id) == nullptr && answered == asked; }));
        QCOMPARE(started, 1);
        QVERIFY(eventually([&] { return filesLeft().empty(); }));
        QCOMPARE(answered, asked);
    }

    void givesEachUserIdsOfHisOwn()
    {
        CreateRequest request = shell("true");
        request.name = "same";
        const std::string first = create(request);
        request.owner = 1000;
        const std::string second = create(request); // names are unique for each user
        const Container& a = *m_manager->find(first);
        const Container& b = *m_manager->find(second);
        QVERIFY(a.hostUidBase + a.hostUidCount <= b.hostUidBase || b.hostUidBase + b.hostUidCount <= a.hostUidBase);
        require(m_manager->rename(second, "other"));
        QCOMPARE(b.name, "other");
        QCOMPARE(m_manager->rename(second, "no name").error().kind, ErrorKind::InvalidArgument);
    }

    /// A helper that has become a service makes its cgroups elsewhere: what runs stays, what starts moves.
    void movesToAnotherCgroupParent()
    {
        const std::string id = run(shell(kWaits));
        const std::string idle = create(shell("cat /proc/self/cgroup"));
        const std::string before = m_world->cgroupParent() + "/" + id;
        const std::string after = m_world->cgroupParent() + "/unit/" + id;
        restartManager("/unit");
        QCOMPARE(m_manager->find(id)->state, State::Running);
        QCOMPARE(m_manager->find(id)->cgroupPath, before);
        QVERIFY(!require(require(cgroup::open(before))->processes()).empty());
        QVERIFY(kill(id, SIGTERM));
        QVERIFY(becomes(id, State::Stopped));
        QVERIFY(!cgroup::open(before));
        require(start(id));
        QCOMPARE(m_manager->find(id)->cgroupPath, after);
        QVERIFY(!require(require(cgroup::open(after))->processes()).empty());
        // What the record says is where the next helper looks, wherever it makes its own.
        restartManager();
        QCOMPARE(m_manager->find(id)->state, State::Running);
        QCOMPARE(m_manager->find(id)->cgroupPath, after);
        QVERIFY(remove(id, true));
        QVERIFY(!cgroup::open(after));
        QVERIFY(remove(idle, false));
        require(require(cgroup::open(m_world->cgroupParent() + "/unit"))->remove());
        QCOMPARE(filesLeft(), std::vector<std::string>{});
    }

    void findsAgainWhatRan()
    {
        const std::string runs = run(shell(kWaits));
        const std::string ends = run(shell("sleep 0.5; echo late; exit 9"));
        const std::string pauses = run(shell(kWaits));
        const std::string waits = create(shell("true"));
        require(await<void>([&](Reply<void> reply) { m_manager->pause(pauses, std::move(reply)); }));
        const pid_t pid = m_manager->find(runs)->pid;
        const auto started = m_manager->find(runs)->started;
        m_manager.reset();
        QVERIFY(eventually([&] {
            return std::filesystem::exists(m_world->directoryOf(ends) / "exit") && m_world->leftOf(ends).empty();
        }));

        restartManager();
        QCOMPARE(m_manager->find(runs)->state, State::Running);
        QCOMPARE(m_manager->find(runs)->pid, pid);
        QVERIFY(m_manager->find(runs)->shimPid > 0);
        QCOMPARE(m_manager->find(runs)->started, started);
        QCOMPARE(m_manager->find(ends)->state, State::Stopped);
        QCOMPARE(m_manager->find(ends)->exitStatus, 9);
        QCOMPARE(m_world->logOf(ends), "late\n");
        QCOMPARE(m_manager->find(pauses)->state, State::Paused);
        QCOMPARE(m_manager->find(waits)->state, State::Created);
        QCOMPARE(outputOf(runs, {.command = {"echo", "still here"}}), "still here\n");
        require(kill(runs, SIGTERM));
        QVERIFY(becomes(runs, State::Stopped));
        QCOMPARE(m_manager->find(runs)->exitStatus, 0);
    }

private:
    std::unique_ptr<World> m_world;
    std::unique_ptr<ContainerManager> m_manager;
};

QTEST_GUILESS_MAIN(TestContainerManager)
#include "test_container_manager.moc"
