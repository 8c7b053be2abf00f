// SPDX-License-Identifier: GPL-3.0-or-later
#include "world.h"

#include "engine/container/live_watch.h"
#include "engine/container/upper_watch.h"
#include "engine/os/file.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <format>
#include <mutex>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

using namespace lamella;
using namespace lamella::container;
using namespace lamella::test;
using layer::LiveChange;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr std::uint32_t C = LiveChange::Created;
constexpr std::uint32_t W = LiveChange::Written;
constexpr std::uint32_t A = LiveChange::Attributes;
constexpr std::uint32_t D = LiveChange::Deleted;
constexpr std::uint32_t R = LiveChange::Renamed;
constexpr std::uint32_t kDirectory = LiveChange::Directory;

/// Shells and tee live on, and are named.
bool mayBeGone(const std::string& writer)
{
    return writer != "sh" && writer != "tee";
}

/// Of what has ended by the time of asking there is what it was before, the file that it executed, or nothing.
bool isWriter(const std::string& name, const std::string& expected)
{
    const bool isOther = name.empty() || name == "sh" || name == "busybox" || name == "exe";
    return name == expected || (mayBeGone(expected) && isOther);
}

/// What a watch has told so far.
class Told {
public:
    void take(const layer::LiveChanges& changes)
    {
        const std::scoped_lock lock{m_mutex};
        m_changes.insert(m_changes.end(), changes.changes.begin(), changes.changes.end());
        m_rescans += changes.rescan ? 1 : 0;
        m_hasLost = m_hasLost || changes.lost;
    }
    std::vector<LiveChange> all() const
    {
        const std::scoped_lock lock{m_mutex};
        return m_changes;
    }
    int rescans() const
    {
        const std::scoped_lock lock{m_mutex};
        return m_rescans;
    }
    bool hasLost() const
    {
        const std::scoped_lock lock{m_mutex};
        return m_hasLost;
    }
    /// All that was told of a path, together.
    LiveChange at(const std::string& path) const
    {
        LiveChange sum;
        for (LiveChange& change : all()) {
            if (change.path != path)
                continue;
            change.kinds |= sum.kinds;
            sum = std::move(change);
        }
        return sum;
    }
    bool has(const std::string& path) const { return at(path).kinds != 0; }

private:
    mutable std::mutex m_mutex;
    std::vector<LiveChange> m_changes;
    int m_rescans = 0;
    bool m_hasLost = false;
};

} // namespace

class TestLiveWatch : public QObject {
    Q_OBJECT

    /// A container that does what is sent to it, each in a shell of its own.
    void startContainer(const std::string& before = {})
    {
        CreateRequest request;
        request.image = "box:latest";
        request.command = {"/bin/sh", "-c", before + "trap 'exit 0' TERM; while :; do sleep 0.05; done"};
        m_id = require(m_manager->create(request));
        require(await<void>([&](Reply<void> reply) { m_manager->start(m_id, std::move(reply)); }));
    }

    WatchTarget target() const
    {
        const Container* container = m_manager->find(m_id);
        return {container->pid, container->cgroupPath, m_manager->overlay(m_id).upper};
    }

    template <class Start>
    void startWatch(Start start)
    {
        m_told = std::make_unique<Told>();
        m_ended = false;
        m_watch = require(start(
            target(), [told = m_told.get()](const auto& changes) { told->take(changes); }, [this] { m_ended = true; }));
    }
    void startWatch() { startWatch(LiveWatch::start); }

    /// Runs a script in the container and waits for its end.
    std::string does(const std::string& script)
    {
        ExecRequest request;
        request.command = {"/bin/sh", "-c", script};
        auto reply = await<ExecReply>([&](Reply<ExecReply> answer) { m_manager->exec(m_id, request, answer); });
        if (!reply)
            return reply.error().message;
        return readToEnd(reply->streams.at(1).borrow()) + readToEnd(reply->streams.at(2).borrow());
    }

    bool hears(const std::string& path) const
    {
        return eventually([&] { return m_told->has(path); });
    }

private Q_SLOTS:
    void init()
    {
        m_world = std::make_unique<World>();
        m_manager = std::make_unique<ContainerManager>(m_world->database(), m_world->images(), m_world->directories());
        require(m_manager->recover());
        startContainer();
    }
    void cleanup()
    {
        m_watch.reset();
        for (const std::string& id : m_manager->ids())
            std::ignore = await<void>([&](Reply<void> reply) { m_manager->remove(id, true, std::move(reply)); });
        m_manager.reset();
        m_world.reset();
    }

    void everyKindOfChange_data()
    {
        QTest::addColumn<QString>("script");
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<uint>("kinds");
        QTest::addColumn<QByteArray>("writer");
        QTest::addColumn<QByteArray>("from");
        const auto row = [](const char* name, const char* script, QByteArray path, uint kinds, QByteArray writer = "sh",
                            QByteArray from = {}) {
            QTest::newRow(name) << QString::fromLatin1(script) << path << kinds << writer << from;
        };
        row("create", "echo x >/new; sleep 0.2; :", "/new", C | W);
        row("by another process", "(echo 1; sleep 0.5) | tee /new", "/new", C | W, "tee");
        row("create empty", ": >/new; sleep 0.2; :", "/new", C | W);
        row("append", "echo more >>/etc/passwd; sleep 0.2; :", "/etc/passwd", W);
        row("overwrite", "echo other >/etc/passwd; sleep 0.2; :", "/etc/passwd", W);
        row("touch", "exec touch /etc/passwd", "/etc/passwd", A, "touch");
        row("chmod", "exec chmod 600 /etc/passwd", "/etc/passwd", A, "chmod");
        row("chown", "exec chown 5:6 /etc/passwd", "/etc/passwd", A, "chown");
        row("chmod of a directory", "exec chmod 700 /etc", "/etc", A | kDirectory, "chmod");
        row("rename", "exec mv /etc/passwd /etc/other", "/etc/other", R, "mv", "/etc/passwd");
        row("move to another directory", "exec mv /etc/passwd /moved", "/moved", R, "mv", "/etc/passwd");
        row("rename a directory", "mkdir /d; echo x >/d/f; sleep 0.2; exec mv /d /e", "/e", R | kDirectory, "mv", "/d");
        row("below a renamed directory",
            "mkdir -p /d/d; echo x >/d/d/f; sleep 0.2; mv /d /e; echo y >/e/d/g; sleep 0.2; :", "/e/d/g", C | W);
        row("mv over", "echo x >/new; sleep 0.2; exec mv /new /etc/passwd", "/etc/passwd", R, "mv", "/new");
        row("unlink", "exec rm /etc/passwd", "/etc/passwd", D, "rm");
        row("mkdir", "exec mkdir /d", "/d", C | kDirectory, "mkdir");
        row("rmdir", "mkdir /d; sleep 0.2; exec rmdir /d", "/d", C | D | kDirectory, "rmdir");
        row("symlink", "exec ln -s /outside /link", "/link", C, "ln");
        row("hard link", "exec ln /etc/passwd /link", "/link", C, "ln");
        row("mkfifo", "exec mkfifo /fifo", "/fifo", C, "mkfifo");
        row("truncate", "exec truncate -s 3 /etc/passwd", "/etc/passwd", W, "truncate");
        row("not UTF-8", "echo x >/$(printf 'a\\377b'); sleep 0.2; :", "/a\377b", C | W);
        row("newline and blank", "echo x >\"/a b\nc\"; sleep 0.2; :", "/a b\nc", C | W);
        row("deleted in brackets", "mkdir '/d (deleted)'; echo x >'/d (deleted)/f'; sleep 0.2; :", "/d (deleted)/f",
            C | W);
        row("another process",
            "cp /bin/busybox /second; sleep 0.2; echo 1 >/x; exec dd if=/bin/busybox of=/x bs=1 count=3", "/x", C | W,
            "dd");
        row("still open", "exec 3>/open; sleep 1.5; echo x >&3; sleep 0.5; echo y >&3; sleep 0.5; :", "/open", C | W);
        row("link that leads out", "ln -s / /out; sleep 0.2; echo x >/out/tmp/f; sleep 0.2; :", "/tmp/f", C | W);
    }

    void everyKindOfChange()
    {
        QFETCH(QString, script);
        QFETCH(QByteArray, path);
        QFETCH(uint, kinds);
        QFETCH(QByteArray, writer);
        QFETCH(QByteArray, from);
        startWatch();
        const auto before = std::chrono::system_clock::now().time_since_epoch();
        does(script.toStdString());
        QVERIFY(hears(path.toStdString()));
        QVERIFY2(eventually([&] { return m_told->at(path.toStdString()).kinds == kinds; }),
                 qPrintable(QStringLiteral("%1, and not %2").arg(m_told->at(path.toStdString()).kinds).arg(kinds)));
        const LiveChange change = m_told->at(path.toStdString());
        QVERIFY2(isWriter(change.writer.name, writer.toStdString()), change.writer.name.c_str());
        QVERIFY(change.writer.containerPid > 1 || mayBeGone(writer.toStdString()));
        QVERIFY(change.writer.hostPid > 1);
        QVERIFY(!change.writer.isOurselves);
        QCOMPARE(QByteArray::fromStdString(change.from), from);
        QVERIFY(change.time >= before && change.time <= std::chrono::system_clock::now().time_since_epoch());
        QVERIFY(!m_told->hasLost());
    }

    // Nothing of the container's is held: neither its mount nor what keeps it from starting again.
    void itEndsWithTheContainer()
    {
        startWatch();
        does("echo x >/f");
        QVERIFY(hears("/f"));
        require(await<void>([&](Reply<void> reply) { m_manager->kill(m_id, SIGKILL, false, std::move(reply)); }));
        QVERIFY(eventually([&] { return m_ended.load(); }));
        QVERIFY(m_told->rescans() > 0);
        QVERIFY(!m_told->hasLost());
        QVERIFY(eventually([&] { return m_manager->find(m_id)->state == State::Stopped; }));
        // The watch is still there, and the overlay is mounted once more.
        require(await<void>([&](Reply<void> reply) { m_manager->start(m_id, std::move(reply)); }));
        startWatch();
        does("echo x >/g");
        QVERIFY(hears("/g"));
    }

    void ofAContainerThatHasEndedThereIsNone()
    {
        const Container container = *m_manager->find(m_id);
        require(await<void>([&](Reply<void> reply) { m_manager->kill(m_id, SIGKILL, false, std::move(reply)); }));
        QVERIFY(eventually([&] { return m_manager->find(m_id)->state == State::Stopped; }));
        for (const pid_t pid : {container.pid, ::getpid()}) {
            for (const auto& start : {LiveWatch::start, UpperWatch::start}) {
                const WatchTarget target{pid, container.cgroupPath, m_manager->overlay(m_id).upper};
                const auto watch = start(target, [](const auto&) { }, [] { });
                QVERIFY(!watch);
                QVERIFY(watch.error().kind == ErrorKind::WrongState || watch.error().kind == ErrorKind::NotFound);
            }
        }
    }

    // Neither what nor who, but that something is, also in directories that are made meanwhile.
    void ofTheWritableLayerAloneThereAreRescans()
    {
        startWatch(UpperWatch::start);
        const auto isTold = [this](const std::string& script) {
            QTest::qWait(300);
            const int before = m_told->rescans();
            does(script);
            return eventually([&] { return m_told->rescans() > before; });
        };
        QTest::qWait(300);
        const int first = m_told->rescans(); // of what happened while the directories were looked for
        QTest::qWait(700);
        QCOMPARE(m_told->rescans(), first);
        QVERIFY(isTold("echo x >/f"));
        QVERIFY(isTold("echo x >>/f"));
        QVERIFY(isTold("chmod 700 /f"));
        QVERIFY(isTold("mkdir -p /a/b/c"));
        QVERIFY(isTold("echo x >/a/b/c/g"));
        QVERIFY(isTold("mv /a/b /b; rm /f"));
        QVERIFY(isTold("echo x >/b/c/h"));
        QVERIFY(isTold("rm -r /b"));
        QTest::qWait(500);
        const int before = m_told->rescans();
        does("ls -R /a /etc; cat /etc/passwd; ln -sfn / /tmp/out"); // the link is a change
        QVERIFY(eventually([&] { return m_told->rescans() > before; }));
        QVERIFY(m_told->all().empty());
        require(await<void>([&](Reply<void> reply) { m_manager->kill(m_id, SIGKILL, false, std::move(reply)); }));
        QVERIFY(eventually([&] { return m_ended.load(); }));
    }

    // However often a container moves its directories about, no more of them are watched.
    void notMoreThanSoManyDirectoriesAreWatched()
    {
        const auto watched = [] {
            int count = 0;
            for (const QString& fd : QDir(u"/proc/self/fdinfo"_s).entryList(QDir::Files)) {
                QFile info(u"/proc/self/fdinfo/"_s + fd);
                if (info.open(QIODevice::ReadOnly))
                    count += static_cast<int>(info.readAll().count("inotify wd:"));
            }
            return count;
        };
        startWatch(UpperWatch::start);
        does("mkdir /m; cd /m; mkdir $(seq 1 10100)");
        QVERIFY(eventually([&] { return watched() == 10'000; }));
        does("mkdir /a; cd /a; mkdir $(seq 1 3000); cd /; mv m n; mkdir /b; cd /b; mkdir $(seq 1 3000)");
        QTest::qWait(2000);
        QCOMPARE(watched(), 10'000);
        // What is gone makes room.
        does("rm -r /a /b /n; mkdir -p /new/er");
        QVERIFY(eventually([&] { return watched() < 20; }));
        QTest::qWait(1000);
        const int before = m_told->rescans();
        does("echo x >/new/er/f");
        QVERIFY(eventually([&] { return m_told->rescans() > before; }));
    }

    // What links in the writable layer lead to is not the container's.
    void linksOutOfTheWritableLayerAreNotFollowed()
    {
        QTemporaryDir outside;
        does("ln -s " + outside.path().toStdString() + " /out");
        startWatch(UpperWatch::start);
        QTest::qWait(300);
        const int before = m_told->rescans();
        QFile file(outside.filePath(QStringLiteral("f")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        QTest::qWait(500);
        QCOMPARE(m_told->rescans(), before);
    }

    // Whose first process has changed its root, of that there is no path to be told.
    void whereTheRootIsAnotherTheWritableLayerIsWatched()
    {
        require(await<void>([&](Reply<void> reply) { m_manager->kill(m_id, SIGKILL, false, std::move(reply)); }));
        startContainer("mkdir /jail; cp -r /bin /jail/; exec chroot /jail /bin/sh -c 'while :; do sleep 0.05; done'; ");
        QVERIFY(eventually([&] {
            const auto watch = LiveWatch::start(target(), [](const auto&) { }, [] { });
            return !watch && watch.error().kind == ErrorKind::Unsupported;
        }));
        startWatch(watchChanges);
        QTest::qWait(300);
        const int before = m_told->rescans();
        does("echo x >/f");
        QVERIFY(eventually([&] { return m_told->rescans() > before; }));
        QVERIFY(m_told->all().empty());
    }

    // More than can be told: the list must be read, and what comes later is told again.
    void aFloodIsARescan()
    {
        startWatch();
        const std::string said
            = does("mkdir /many; cd /many; i=0; while [ $i -lt 50000 ]; do : >$i; i=$((i+1)); done; ls | wc -l");
        QCOMPARE(QByteArray::fromStdString(said).trimmed(), QByteArray("50000"));
        // Where the container gets little of the machine all of it may be told.
        QVERIFY(eventually([&] { return m_told->hasLost() || m_told->all().size() >= 50000; }));
        QTest::qWait(1500);
        does("echo x >/after");
        QVERIFY(hears("/after"));
    }

    // Of another file that is written to in the second after one was only the list tells.
    void whatIsWrittenMeanwhileIsARescan()
    {
        startWatch();
        does("exec 3>/one 4>/two; sleep 0.3; echo x >&3; sleep 0.3; echo x >&4; sleep 1; :");
        QVERIFY(hears("/one"));
        QVERIFY(eventually([&] { return m_told->rescans() > 0; }));
        QVERIFY(!m_told->hasLost());
    }

    // What was removed ends in words that are a name as well, and is not told of by it.
    void aRemovedDirectoryIsNoPath()
    {
        startWatch();
        does("mkdir -p /etc/d/e; : >/etc/d/e/f; rm -r /etc; sleep 0.2; mkdir '/d (deleted)'; : >/last");
        QVERIFY(hears("/last"));
        for (const LiveChange& change : m_told->all())
            QVERIFY2(!change.path.contains(" (deleted)") || change.path == "/d (deleted)", change.path.c_str());
    }

    // Directories that move while their names are asked for: what is told is a path inside, or nothing.
    void movingDirectories()
    {
        startWatch();
        does("mkdir -p /a/b/c; i=0; while [ $i -lt 300 ]; do mv /a/b /b; echo $i >/b/c/f$i; mv /b /a/b; echo $i "
             ">/a/b/c/g$i; "
             "i=$((i+1)); done; mkdir /last");
        QVERIFY(hears("/last"));
        for (const LiveChange& change : m_told->all()) {
            QVERIFY2(change.path.starts_with("/a") || change.path.starts_with("/b") || change.path == "/last",
                     change.path.c_str());
        }
    }

    // Who writes in the file tree from outside is no process of the container, and has no name.
    void anotherProcessIsNotNamed()
    {
        startWatch();
        const std::string root = std::format("/proc/{}/root", m_manager->find(m_id)->pid);
        const auto file = require(os::open(root + "/ours", O_WRONLY | O_CREAT, 0600));
        QVERIFY(hears("/ours"));
        QVERIFY(m_told->at("/ours").writer.isOurselves);
        QCOMPARE(::fsetxattr(file.get(), "user.lamella", "1", 1, 0), 0);
        QVERIFY(eventually([&] { return m_told->at("/ours").kinds == (C | A); }));
        QProcess foreign;
        foreign.start(QStringLiteral("touch"), {QString::fromStdString(root + "/foreign")});
        QVERIFY(foreign.waitForFinished());
        QVERIFY(hears("/foreign"));
        const auto writer = m_told->at("/foreign").writer;
        QCOMPARE(writer.name, "");
        QCOMPARE(writer.containerPid, 0);
        QVERIFY(!writer.isOurselves);
    }

private:
    std::unique_ptr<World> m_world;
    std::unique_ptr<ContainerManager> m_manager;
    std::unique_ptr<Told> m_told;
    std::atomic<bool> m_ended = false;
    std::unique_ptr<ChangeWatch> m_watch;
    std::string m_id;
};

QTEST_GUILESS_MAIN(TestLiveWatch)
#include "test_live_watch.moc"
