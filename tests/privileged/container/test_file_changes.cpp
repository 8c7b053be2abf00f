// SPDX-License-Identifier: GPL-3.0-or-later
#include "world.h"

#include "engine/container/file_changes.h"
#include "engine/container/merged_root.h"
#include "engine/layer/directory_names.h"
#include "engine/layer/tree.h"
#include "engine/os/file.h"
#include "engine/os/memfd.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace lamella;
using namespace lamella::container;
using namespace lamella::test;

namespace {

constexpr std::string_view kOwnName = ".lamella-write-";

UniqueFd memory(std::string_view text)
{
    auto file = require(os::makeMemfd("content"));
    require(os::writeAll(file.borrow(), text, "the content"));
    return file;
}

/// Runs `work` in another process and kills it at the `stop`th time that it enters or leaves a system call. False where
/// it ended before.
bool killAt(int stop, const std::function<bool()>& work)
{
    const pid_t child = ::fork();
    if (child == 0) {
        ::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
        ::raise(SIGSTOP);
        ::_exit(work() ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    for (int i = 0; i < stop && WIFSTOPPED(status); ++i) {
        ::ptrace(PTRACE_SYSCALL, child, nullptr, nullptr);
        ::waitpid(child, &status, 0);
    }
    if (WIFEXITED(status)) {
        if (WEXITSTATUS(status) != 0)
            qFatal("what was not killed has failed");
        return false;
    }
    ::kill(child, SIGKILL);
    ::waitpid(child, &status, 0);
    return true;
}

/// As overlay says it before Linux 6.1, to this process from now on (seccomp(2)).
bool refuseNamelessFiles()
{
    static_assert(std::endian::native == std::endian::little);
    constexpr std::uint32_t kNumber = offsetof(seccomp_data, nr);
    constexpr std::uint32_t kFlags = offsetof(seccomp_data, args[2]);
    std::array filter{
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kNumber),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 4),
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, kFlags),
        sock_filter BPF_STMT(BPF_ALU | BPF_AND | BPF_K, O_TMPFILE),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, O_TMPFILE, 0, 1),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EOPNOTSUPP),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
        && ::syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0
        && ::open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) < 0 && errno == EOPNOTSUPP;
}

/// How `work` ends in another process.
bool inChild(const std::function<bool()>& work)
{
    const pid_t child = ::fork();
    if (child == 0)
        ::_exit(work() ? 0 : 1);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

} // namespace

/// The files of a container, below the contract: what is left when somebody who changes them is killed, and whose files
/// they are.
class TestFileChanges : public QObject {
    Q_OBJECT

    std::string create(const std::vector<std::string>& command)
    {
        CreateRequest request;
        request.image = "box:latest";
        request.command = command;
        return require(m_manager->create(request));
    }

    const Container* start(const std::string& id)
    {
        require(await<void>([&](Reply<void> reply) { m_manager->start(id, std::move(reply)); }));
        return m_manager->find(id);
    }

    WritableTree openStopped(const std::string& id)
    {
        return require(WritableTree::open(
            {m_manager->overlay(id), m_manager->configFile(id), m_manager->undoDirectory(id), 0, {}}));
    }

    static std::vector<std::string> names(const WritableTree& tree, const std::string& directory)
    {
        const auto opened = require(layer::openInside(tree.root(), directory, O_RDONLY | O_DIRECTORY));
        return require(layer::directoryNames(opened.borrow(), 1000));
    }

    static std::string content(const WritableTree& tree, const std::string& path)
    {
        const auto opened = layer::openInside(tree.root(), path, O_RDONLY);
        return opened ? require(os::readAll(opened->borrow(), path)) : std::string{};
    }

private Q_SLOTS:
    void init()
    {
        m_world = std::make_unique<World>();
        m_manager = std::make_unique<ContainerManager>(m_world->database(), m_world->images(), m_world->directories());
        require(m_manager->recover());
    }
    void cleanup()
    {
        for (const std::string& id : m_manager->ids())
            std::ignore = await<void>([&](Reply<void> reply) { m_manager->remove(id, true, std::move(reply)); });
        m_manager.reset();
        m_world.reset();
    }

    // Either the old or the new is there, and nothing else; but between two system calls, link(2) and rename(2), what
    // is put in another's place has a name of its own.
    void killedAtAnySystemCall_data()
    {
        QTest::addColumn<std::string>("old");
        QTest::addColumn<int>("moments"); ///< leaving the one and entering the other
        QTest::newRow("new") << std::string{} << 0;
        QTest::newRow("in another's place") << std::string{"old"} << 2;
    }
    void killedAtAnySystemCall()
    {
        QFETCH(std::string, old);
        QFETCH(int, moments);
        const auto tree = openStopped(create({"/bin/true"}));
        const UniqueFd given = memory("new");
        const auto write = [&](BorrowedFd bytes) { return writeFile(tree, "tmp/file", {.bytes = bytes}); };
        int left = 0;
        int written = 0;
        for (int stop = 1;; ++stop) {
            std::ignore = removeFile(tree, "tmp/file", {});
            if (!old.empty())
                require(write(memory(old).borrow()));
            const bool wasKilled = killAt(stop, [&] { return write(given.borrow()).has_value(); });
            const auto now = content(tree, "tmp/file");
            QVERIFY2(now == old || now == "new", now.c_str());
            written += now == "new" ? 1 : 0;
            for (const auto& name : names(tree, "tmp")) {
                if (name == "file")
                    continue;
                QVERIFY2(name.starts_with(kOwnName), name.c_str());
                ++left;
                require(removeFile(tree, "tmp/" + name, {}));
            }
            if (!wasKilled)
                break;
            QVERIFY(stop < 1000);
        }
        QVERIFY(written > 1);
        QCOMPARE(left, moments);
    }

    void whatIsGivenUpLeavesNothing()
    {
        const auto tree = openStopped(create({"/bin/true"}));
        const UniqueFd given = memory("new");
        require(writeFile(tree, "tmp/file", {.bytes = given.borrow()}));
        const auto refused = writeFile(tree, "tmp/file", {.bytes = given.borrow(), .mustBeNew = true});
        QVERIFY(!refused && refused.error().kind == ErrorKind::AlreadyExists);
        // What cannot be read cannot be copied.
        const UniqueFd place = require(os::open("/", O_PATH | O_DIRECTORY));
        QVERIFY(!writeFile(tree, "tmp/file", {.bytes = place.borrow()}));
        QVERIFY(!writeFile(tree, "tmp/other", {.bytes = place.borrow()}));
        QCOMPARE(names(tree, "tmp"), std::vector<std::string>{"file"});
        QCOMPARE(content(tree, "tmp/file"), "new");
    }

    void whereNoFileIsWithoutAName()
    {
        const auto tree = openStopped(create({"/bin/true"}));
        const UniqueFd first = memory("first");
        const UniqueFd second = memory("second");
        const UniqueFd place = require(os::open("/", O_PATH | O_DIRECTORY));
        QVERIFY(inChild([&] {
            const auto isWritten
                = [&](BorrowedFd bytes) { return writeFile(tree, "tmp/file", {.bytes = bytes}).has_value(); };
            return refuseNamelessFiles() && isWritten(first.borrow()) && content(tree, "tmp/file") == "first"
                && isWritten(second.borrow()) && !isWritten(place.borrow());
        }));
        QCOMPARE(content(tree, "tmp/file"), "second");
        QCOMPARE(names(tree, "tmp"), std::vector<std::string>{"file"});
    }

    void whatIsMountedIsOnTheRootThatIsOpened()
    {
        const Container* container = start(create({"/bin/sleep", "1000"}));
        const auto merged = require(openMergedRoot(container->pid, container->cgroupPath));
        for (const char* point : {"proc", "etc/hosts"})
            QVERIFY2(std::ranges::contains(merged.mounts, point), point);
        QCOMPARE(require(os::readAll(
                     require(layer::openInside(merged.root.borrow(), "etc/notaprogram", O_RDONLY)).borrow(), "a file")),
                 "text\n");
        require(RunningRoot::find(container->pid, container->cgroupPath));
        const auto other = openMergedRoot(::getpid(), container->cgroupPath);
        QVERIFY(!other && other.error().kind == ErrorKind::WrongState);
    }

    void aProcessThatHasAnotherRoot()
    {
        const Container* container = start(
            create({"/bin/busybox", "chroot", "/bin", "/busybox", "sh", "-c", "while :; do /busybox sleep 1; done"}));
        const auto isRefused
            = [](const auto& opened) { return !opened && opened.error().kind == ErrorKind::Unsupported; };
        QVERIFY(eventually([&] { return isRefused(openMergedRoot(container->pid, container->cgroupPath)); }));
        QVERIFY(isRefused(RunningRoot::find(container->pid, container->cgroupPath)));
    }

private:
    std::unique_ptr<World> m_world;
    std::unique_ptr<ContainerManager> m_manager;
};

QTEST_GUILESS_MAIN(TestFileChanges)
#include "test_file_changes.moc"
