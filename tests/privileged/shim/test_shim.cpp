// SPDX-License-Identifier: GPL-3.0-or-later
#include "world.h"

#include "engine/container/shim_process.h"
#include "engine/os/file.h"
#include "engine/os/memfd.h"
#include "engine/os/process.h"
#include "engine/os/terminal.h"
#include "engine/shim/exit_record.h"
#include "engine/shim/protocol.h"

#include <nlohmann/json.hpp>

#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace lamella;
using namespace lamella::test;
using nlohmann::json;
using namespace Qt::StringLiterals;

namespace {

/// A spawned shim, spoken to as a helper does.
class Peer {
public:
    Peer(const World& world, std::string id)
        : m_world(world)
        , m_id(std::move(id))
        , m_program(require(container::loadShimProgram(World::programs() / "lamella-shim")))
        , m_process(require(container::spawnShim(m_program.borrow(),
                                                 {.id = m_id,
                                                  .bundle = world.directoryOf(m_id),
                                                  .run = world.runOf(m_id),
                                                  .log = world.directoryOf(m_id) / "log",
                                                  .exit = world.directoryOf(m_id) / "exit"})))
    {
    }
    ~Peer()
    {
        std::ignore = os::sendSignal(m_process.pidfd.borrow(), SIGKILL);
        std::ignore = os::waitFor(m_process.pidfd.borrow());
    }

    pid_t pid() const { return m_process.pid; }
    BorrowedFd connection() const { return m_process.connection.borrow(); }
    BorrowedFd program() const { return m_program.borrow(); }
    void hangUp() { m_process.connection.reset(); }
    void reconnect() { m_process.connection = require(container::connectToShim(m_world.runOf(m_id))).connection; }

    /// The next message; an empty object when the connection has ended or nothing came.
    shim::Message next() const
    {
        pollfd ready{connection().get(), POLLIN, 0};
        if (::poll(&ready, 1, 30'000) != 1)
            return {};
        auto message = shim::receive(connection());
        if (!message)
            qWarning("%s", message.error().message.c_str());
        return message && *message ? std::move(**message) : shim::Message{};
    }
    /// The next message that is this event; others are passed over.
    json event(const std::string& name) const
    {
        for (;;) {
            shim::Message message = next();
            if (message.body.is_null() || message.body.value("event", "") == name)
                return message.body;
        }
    }
    shim::Message ask(json request)
    {
        request["serial"] = ++m_serial;
        require(shim::send(connection(), request));
        for (;;) {
            shim::Message message = next();
            if (message.body.is_null() || message.body.value("serial", 0u) == m_serial)
                return message;
        }
    }
    bool ends() const { return require(os::waitUntilEnded(m_process.pidfd.borrow(), std::chrono::seconds{30})); }

private:
    const World& m_world;
    std::string m_id;
    UniqueFd m_program;
    container::ShimProcess m_process;
    unsigned m_serial = 0;
};

container::CreateRequest running(std::vector<std::string> command, bool terminal = false)
{
    container::CreateRequest request;
    request.command = std::move(command);
    request.terminal = terminal;
    return request;
}

container::CreateRequest shell(const std::string& script, bool terminal = false)
{
    return running({"/bin/sh", "-c", script}, terminal);
}

json processOf(const oci::Spec& spec, std::vector<std::string> args, bool terminal)
{
    oci::Process process = spec.process;
    process.args = std::move(args);
    process.terminal = terminal;
    if (terminal)
        process.consoleSize = oci::ConsoleSize{33, 77};
    return json::parse(oci::serializeProcess(process));
}

std::string readSome(BorrowedFd stream, const std::string& until)
{
    std::string text;
    while (text.find(until) == std::string::npos) {
        pollfd ready{stream.get(), POLLIN, 0};
        char bytes[4096];
        if (::poll(&ready, 1, 30'000) != 1)
            return text + " [nothing more came]";
        const ssize_t length = ::read(stream.get(), bytes, sizeof bytes);
        if (length <= 0)
            return text + " [the end came]";
        text.append(bytes, static_cast<std::size_t>(length));
    }
    return text;
}

} // namespace

class TestShim : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { m_world = std::make_unique<World>(); }
    void cleanup() { m_world.reset(); }

    void writesTheLogAndTheRecord()
    {
        m_world->makeBundle("log", shell("echo one; echo two >&2; printf part; exit 7"));
        Peer peer{*m_world, "log"};
        const json started = peer.event("started");
        QVERIFY(started.value("pid", 0) > 0);
        QVERIFY(started["steps"].size() > 5);
        const json exited = peer.event("exited");
        QCOMPARE(exited.value("status", -1), 7);
        QVERIFY(peer.ends());
        QCOMPARE(m_world->logOf("log"), "one\npart");
        QCOMPARE(m_world->logOf("log", "stderr"), "two\n");
        const auto record = require(shim::readExitRecord(m_world->directoryOf("log") / "exit"));
        QCOMPARE(record.status, 7);
        QCOMPARE(record.finished.count(), exited["finished_usec"].get<std::int64_t>());
        QVERIFY(!record.oom);
        QCOMPARE(m_world->leftOf("log"), "");
    }

    void letsTheProgramOpenItsStreamsAnew()
    {
        m_world->makeBundle("anew", shell("echo one > /dev/stdout; echo two > /dev/stderr; exec cat < /dev/stdin"));
        Peer peer{*m_world, "anew"};
        const shim::Message attached = peer.ask({{"request", "attach"}});
        QCOMPARE(attached.descriptors.size(), std::size_t{1});
        QCOMPARE(::shutdown(attached.descriptors[0].get(), SHUT_WR), 0);
        QCOMPARE(peer.event("exited").value("status", -1), 0);
        QCOMPARE(m_world->logOf("anew"), "one\n");
        QCOMPARE(m_world->logOf("anew", "stderr"), "two\n");
    }

    void losesNoByteOfMuchOutput()
    {
        // About 6.9 MB, of which the last part is still in the pipe when the program has ended.
        m_world->makeBundle("much", shell("seq 1 1000000"));
        Peer peer{*m_world, "much"};
        QCOMPARE(peer.event("exited").value("status", -1), 0);
        const std::string old = readText(m_world->directoryOf("much") / "log.1");
        const std::string log = old + readText(m_world->directoryOf("much") / "log");
        QCOMPARE(log.size() > (10 << 20), !old.empty());
        QVERIFY(m_world->logOf("much").ends_with("\n1000000\n"));
    }

    void startsNothingThatIsNotThere_data()
    {
        QTest::addColumn<QString>("program");
        QTest::addColumn<QString>("kind");
        QTest::newRow("missing") << "/bin/nothing" << "NotFound";
        QTest::newRow("missing in PATH") << "nothing" << "NotFound";
        QTest::newRow("not executable") << "/etc/notaprogram" << "NotAuthorized";
    }
    void startsNothingThatIsNotThere()
    {
        QFETCH(const QString, program);
        QFETCH(const QString, kind);
        m_world->makeBundle("none", running({program.toStdString()}));
        Peer peer{*m_world, "none"};
        const json failed = peer.event("failed");
        QCOMPARE(QString::fromStdString(failed.value("kind", "")), kind);
        QCOMPARE(failed.value("step", ""), "exec");
        QVERIFY(peer.ends());
        QCOMPARE(m_world->leftOf("none"), "");
        QVERIFY(!std::filesystem::exists(m_world->directoryOf("none") / "exit"));
    }

    void survivesItsHelper()
    {
        m_world->makeBundle("alone", shell("trap 'exit 3' TERM; echo up; while :; do sleep 0.1; done"));
        Peer peer{*m_world, "alone"};
        const pid_t pid = peer.event("started").value("pid", 0);
        peer.hangUp();
        ::kill(peer.pid(), SIGHUP); // ignored
        ::kill(peer.pid(), SIGINT);
        QVERIFY(eventually([&] { return m_world->logOf("alone") == "up\n"; }));
        peer.reconnect();
        const json state = peer.ask({{"request", "state"}}).body;
        QCOMPARE(state["ok"].value("pid", 0), pid);
        QCOMPARE(state["ok"].value("paused", true), false);
        QVERIFY(peer.ask({{"request", "kill"}, {"signal", SIGTERM}, {"all", false}}).body.contains("ok"));
        QCOMPARE(peer.event("exited").value("status", -1), 3);
        QVERIFY(peer.ends());
        QCOMPARE(m_world->leftOf("alone"), "");
    }

    void endsInOrderWhenTheMachineGoesDown_data()
    {
        QTest::addColumn<QString>("script");
        QTest::addColumn<QString>("stopSignal");
        QTest::addColumn<bool>("paused");
        QTest::addColumn<int>("status");
        const QString handles = u"trap 'exit 3' TERM; trap 'exit 4' USR1; echo up; while :; do sleep 0.1; done"_s;
        QTest::newRow("SIGTERM") << handles << u""_s << false << 3;
        QTest::newRow("the image's signal") << handles << u"SIGUSR1"_s << false << 4;
        QTest::newRow("paused") << handles << u""_s << true << 3;
        QTest::newRow("one that does not listen") << u"echo up; exec sleep 1000"_s << u""_s << false << 128 + SIGKILL;
    }
    void endsInOrderWhenTheMachineGoesDown()
    {
        QFETCH(QString, script);
        QFETCH(QString, stopSignal);
        QFETCH(bool, paused);
        QFETCH(int, status);
        m_world->makeBundle("down", shell(script.toStdString()), stopSignal.toStdString());
        Peer peer{*m_world, "down"};
        QVERIFY(eventually([&] { return m_world->logOf("down") == "up\n"; }));
        if (paused)
            QVERIFY(peer.ask({{"request", "pause"}}).body.contains("ok"));
        ::kill(peer.pid(), SIGTERM);
        QCOMPARE(peer.event("exited").value("status", -1), status);
        QVERIFY(peer.ends());
        QCOMPARE(require(shim::readExitRecord(m_world->directoryOf("down") / "exit")).status, status);
        QCOMPARE(m_world->leftOf("down"), "");
    }

    void takesTheContainerAlongWhenItIsKilled()
    {
        m_world->makeBundle("killed", shell("sleep 1000"));
        Peer peer{*m_world, "killed"};
        const pid_t pid = peer.event("started").value("pid", 0);
        QVERIFY(isAlive(pid));
        ::kill(peer.pid(), SIGKILL);
        QVERIFY(eventually([&] { return !isAlive(pid); }));
    }

    void isProtected()
    {
        m_world->makeBundle("safe", running({"/bin/sleep", "1000"})); // a shell ignores SIGQUIT itself
        Peer peer{*m_world, "safe"};
        const pid_t pid = peer.event("started").value("pid", 0);
        QVERIFY(os::isSealed(peer.program()));
        const std::string proc = "/proc/" + std::to_string(peer.pid());
        QVERIFY(std::filesystem::read_symlink(proc + "/exe").string().find("memfd:lamella-shim") != std::string::npos);
        QVERIFY(!os::open(proc + "/exe", O_WRONLY));
        QCOMPARE(readText(proc + "/comm"), "lamella-shim\n");
        struct stat status{};
        QCOMPARE(::stat((m_world->runOf("safe") / "shim.sock").c_str(), &status), 0);
        QCOMPARE(status.st_mode & 07777, 0600u);
        QCOMPARE(::stat(m_world->runOf("safe").c_str(), &status), 0);
        QCOMPARE(status.st_mode & 07777, 0700u);
        QCOMPARE(::getsid(peer.pid()), peer.pid());
        // The container has no descriptor but its three streams, the shim's protection, or its signal settings.
        std::size_t descriptors = 0;
        for ([[maybe_unused]] const auto& fd :
             std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd"))
            ++descriptors;
        QCOMPARE(descriptors, 3u);
        QCOMPARE(readText("/proc/" + std::to_string(pid) + "/oom_score_adj"), "0\n");
        const std::string text = readText("/proc/" + std::to_string(pid) + "/status");
        QVERIFY2(text.find("SigIgn:\t0000000000000000") != std::string::npos,
                 text.substr(text.find("SigPnd"), 130).c_str());
        QVERIFY(text.find("SigBlk:\t0000000000000000") != std::string::npos);
    }

    void refusesAnotherUser()
    {
        m_world->makeBundle("mine", shell("sleep 1000"));
        Peer peer{*m_world, "mine"};
        QVERIFY(peer.event("started").value("pid", 0) > 0);
        // As if every mode had been lost: who connects still counts.
        for (auto path = m_world->runOf("mine"); path != "/var/tmp"; path = path.parent_path())
            ::chmod(path.c_str(), 0755);
        ::chmod((m_world->runOf("mine") / "shim.sock").c_str(), 0666);
        const pid_t child = ::fork();
        if (child == 0) {
            if (::setresgid(65534, 65534, 65534) != 0 || ::setresuid(65534, 65534, 65534) != 0)
                ::_exit(2);
            const int fd = ::socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
            sockaddr_un address{AF_UNIX, {}};
            (m_world->runOf("mine") / "shim.sock").string().copy(address.sun_path, sizeof address.sun_path - 1);
            if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
                ::_exit(3);
            static constexpr char kAsk[] = R"({"request":"state","serial":1})";
            ::send(fd, kAsk, sizeof kAsk - 1, MSG_NOSIGNAL);
            char byte = 0;
            ::_exit(::recv(fd, &byte, 1, 0) <= 0 ? 0 : 4);
        }
        int status = 0;
        ::waitpid(child, &status, 0);
        QVERIFY(WIFEXITED(status));
        QCOMPARE(WEXITSTATUS(status), 0);
        QVERIFY(peer.ask({{"request", "state"}}).body.contains("ok"));
    }

    void refusesWhatItDoesNotKnow()
    {
        m_world->makeBundle("strict", shell("sleep 1000"));
        Peer peer{*m_world, "strict"};
        for (const char* request :
             {R"({"request":"run"})", R"({"request":"kill"})", R"({"request":"kill","signal":0})",
              R"({"request":"kill","signal":9,"all":1})", R"({"request":"state","extra":1})",
              R"({"request":"exec","process":{"args":[]}})", R"({"request":"resize","rows":24,"columns":80})",
              R"({"request":"resume"})", R"({"request":"hangup","exec":5})", R"({"request":7})", R"({})"}) {
            const json reply = peer.ask(json::parse(request)).body;
            QVERIFY2(reply.contains("error"), request);
        }
        QVERIFY(peer.ask({{"request", "state"}}).body.contains("ok"));
        // Not JSON at all: the connection ends, the container does not.
        ::send(peer.connection().get(), "nonsense", 8, MSG_NOSIGNAL);
        QVERIFY(peer.event("none").is_null());
        peer.reconnect();
        QVERIFY(peer.ask({{"request", "state"}}).body.contains("ok"));
    }

    void runsProgramsBeside()
    {
        const oci::Spec spec = m_world->makeBundle("exec", shell("sleep 1000"));
        Peer peer{*m_world, "exec"};
        QVERIFY(peer.event("started").value("pid", 0) > 0);

        shim::Message piped = peer.ask(
            {{"request", "exec"}, {"process", processOf(spec, {"sh", "-c", "cat; echo oops >&2; exit 5"}, false)}});
        QCOMPARE(piped.descriptors.size(), 3u);
        QCOMPARE(::write(piped.descriptors[0].get(), "hello", 5), 5);
        piped.descriptors[0].reset();
        QCOMPARE(readToEnd(piped.descriptors[1].borrow()), "hello");
        QCOMPARE(readToEnd(piped.descriptors[2].borrow()), "oops\n");
        const json ended = peer.event("exec-exited");
        QCOMPARE(ended.value("exec", 0u), piped.body["ok"].value("exec", 1u));
        QCOMPARE(ended.value("status", -1), 5);

        shim::Message terminal
            = peer.ask({{"request", "exec"},
                        {"process", processOf(spec, {"sh", "-c", "stty size; read x; stty size; echo $x"}, true)}});
        QCOMPARE(terminal.descriptors.size(), 1u);
        QVERIFY(readSome(terminal.descriptors[0].borrow(), "33 77").find("33 77") != std::string::npos);
        require(os::setWindowSize(terminal.descriptors[0].borrow(), {50, 132}));
        QCOMPARE(::write(terminal.descriptors[0].get(), "done\n", 5), 5);
        QVERIFY(readToEnd(terminal.descriptors[0].borrow()).find("50 132") != std::string::npos);
        QCOMPARE(peer.event("exec-exited").value("status", -1), 0);

        const json missing = peer.ask({{"request", "exec"}, {"process", processOf(spec, {"nothing"}, false)}}).body;
        QCOMPARE(missing["error"].value("kind", ""), "NotFound");
    }

    /// As programs have it that docker's runtime starts: not the keys of who started the shim.
    void givesAKeyringOfItsOwn()
    {
        oci::Spec spec = m_world->makeBundle("keys", shell("/payload keyring; sleep 1000"));
        spec.linux.seccomp.reset(); // the usual profile lets nobody ask
        const auto payload = World::programs().parent_path() / "tests/lamella-test-payload";
        spec.mounts.push_back({"/payload", "bind", payload, {"bind", "ro"}});
        require(os::replaceFile(m_world->directoryOf("keys") / "config.json", oci::serializeSpec(spec), 0600));
        Peer peer{*m_world, "keys"};
        QVERIFY(peer.event("started").value("pid", 0) > 0);
        shim::Message exec
            = peer.ask({{"request", "exec"}, {"process", processOf(spec, {"/payload", "keyring"}, false)}});
        QCOMPARE(exec.descriptors.size(), 3u);
        QCOMPARE(readToEnd(exec.descriptors[1].borrow()), "_ses.keys\n");
        QTRY_COMPARE(m_world->logOf("keys"), "_ses.keys\n");
    }

    /// Root inside may stop the child of an exec as soon as that is root inside too: the shim must not wait for ever.
    void answersThoughTheContainerStopsAnExec()
    {
        const oci::Spec spec = m_world->makeBundle("stops", shell("while :; do kill -STOP -1; done 2>/dev/null"));
        Peer peer{*m_world, "stops"};
        QVERIFY(!peer.event("started").is_null());
        for (int i = 0; i < 3; ++i) {
            const json exec = peer.ask({{"request", "exec"}, {"process", processOf(spec, {"true"}, false)}}).body;
            QVERIFY2(exec.contains("ok") || exec.contains("error"), exec.dump().c_str());
        }
        QVERIFY(peer.ask({{"request", "state"}}).body.contains("ok"));
    }

    void hangsUpAnExec()
    {
        const oci::Spec spec = m_world->makeBundle("hup", shell("sleep 1000"));
        Peer peer{*m_world, "hup"};
        // Its terminal stays open: the kernel hangs up by itself who has lost it.
        const shim::Message begun
            = peer.ask({{"request", "exec"}, {"process", processOf(spec, {"sleep", "1000"}, true)}});
        const json& exec = begun.body;
        QVERIFY2(exec.contains("ok"), exec.dump().c_str());
        const json hungUp = peer.ask({{"request", "hangup"}, {"exec", exec["ok"]["exec"]}}).body;
        QVERIFY2(hungUp.contains("ok"), hungUp.dump().c_str());
        QCOMPARE(peer.event("exec-exited").value("status", -1), 128 + SIGHUP);
    }

    void attachesAndResizes()
    {
        m_world->makeBundle("term", shell("echo ready; while read line; do echo \"got $line\"; stty size; done", true));
        Peer peer{*m_world, "term"};
        QVERIFY(eventually([&] { return m_world->logOf("term").find("ready") != std::string::npos; }));
        shim::Message first = peer.ask({{"request", "attach"}});
        shim::Message second = peer.ask({{"request", "attach"}});
        QCOMPARE(first.descriptors.size(), 1u);
        QVERIFY(peer.ask({{"request", "resize"}, {"rows", 41}, {"columns", 99}}).body.contains("ok"));
        QCOMPARE(::write(first.descriptors[0].get(), "ant\n", 4), 4);
        QVERIFY(readSome(first.descriptors[0].borrow(), "41 99").find("got ant") != std::string::npos);
        QVERIFY(readSome(second.descriptors[0].borrow(), "41 99").find("got ant") != std::string::npos);
        first.descriptors.clear(); // leaving is not the end of it
        QCOMPARE(::write(second.descriptors[0].get(), "bee\n", 4), 4);
        QVERIFY(readSome(second.descriptors[0].borrow(), "got bee").find("got bee") != std::string::npos);
        QVERIFY(peer.ask({{"request", "kill"}, {"signal", SIGKILL}, {"all", true}}).body.contains("ok"));
        QCOMPARE(peer.event("exited").value("signal", 0), SIGKILL);
    }

    void endsTheInputOfAttachedPipes()
    {
        m_world->makeBundle("pipe", shell("cat; echo end"));
        Peer peer{*m_world, "pipe"};
        shim::Message attached = peer.ask({{"request", "attach"}});
        QCOMPARE(::write(attached.descriptors[0].get(), "words", 5), 5);
        QCOMPARE(::shutdown(attached.descriptors[0].get(), SHUT_WR), 0);
        QCOMPARE(peer.event("exited").value("status", -1), 0);
        QCOMPARE(m_world->logOf("pipe"), "wordsend\n");
        QCOMPARE(readToEnd(attached.descriptors[0].borrow()), "wordsend\n");
    }

    void isNotHeldUpByWhoDoesNotRead()
    {
        m_world->makeBundle("slow", shell("read go; seq 1 400000; exit 0"));
        Peer peer{*m_world, "slow"};
        shim::Message slow = peer.ask({{"request", "attach"}});
        QCOMPARE(::write(slow.descriptors[0].get(), "go\n", 3), 3);
        QCOMPARE(peer.event("exited").value("status", -1), 0);
        QVERIFY(m_world->logOf("slow").ends_with("\n400000\n"));
    }

    void pausesAndResumes()
    {
        m_world->makeBundle("pause", shell("while :; do echo x; sleep 0.02; done"));
        Peer peer{*m_world, "pause"};
        QVERIFY(eventually([&] { return m_world->logOf("pause").size() > 4; }));
        QVERIFY(peer.ask({{"request", "pause"}}).body.contains("ok"));
        QCOMPARE(peer.ask({{"request", "state"}}).body["ok"].value("paused", false), true);
        const json refused = peer.ask({{"request", "pause"}}).body;
        QCOMPARE(refused["error"].value("kind", ""), "WrongState");
        QTest::qWait(100);
        const auto still = m_world->logOf("pause").size();
        QTest::qWait(200);
        QCOMPARE(m_world->logOf("pause").size(), still);
        QVERIFY(peer.ask({{"request", "resume"}}).body.contains("ok"));
        QVERIFY(eventually([&] { return m_world->logOf("pause").size() > still + 4; }));
        QVERIFY(peer.ask({{"request", "pause"}}).body.contains("ok"));
        QVERIFY(peer.ask({{"request", "kill"}, {"signal", SIGKILL}, {"all", true}}).body.contains("ok"));
        QCOMPARE(peer.event("exited").value("status", -1), 128 + SIGKILL);
        QVERIFY(peer.ends());
        QCOMPARE(m_world->leftOf("pause"), "");
    }

    void tellsOfLackOfMemory()
    {
        container::CreateRequest request = shell("x=$(tr '\\0' x </dev/zero | head -c 200000000); echo $?");
        request.memoryLimit = 16_MiB;
        m_world->makeBundle("oom", request);
        Peer peer{*m_world, "oom"};
        const json exited = peer.event("exited");
        QCOMPARE(exited.value("oom", false), true);
        QVERIFY(require(shim::readExitRecord(m_world->directoryOf("oom") / "exit")).oom);
    }

private:
    std::unique_ptr<World> m_world;
};

QTEST_GUILESS_MAIN(TestShim)
#include "test_shim.moc"
