// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/confinement.h"
#include "engine/layer/file_index.h"
#include "engine/layer/layer_archive.h"
#include "tests/privileged/image/store_fixture.h"

#include <array>
#include <csignal>
#include <dlfcn.h>
#include <fstream>
#include <future>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <thread>
#include <zstd.h>

using namespace lamella;
using namespace lamella::image;

namespace {

/// capabilities(7), "File capability extended attribute versioning": cap_net_raw+ep.
const std::string kNetRaw{"\x01\x00\x00\x02\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", 20};

std::string textOf(const fs::path& path)
{
    std::ifstream stream{path};
    return {std::istreambuf_iterator<char>{stream}, {}};
}

/// The value of a line of /proc/<pid>/status.
std::string statusOf(pid_t pid, const std::string& name)
{
    const auto text = textOf(std::format("/proc/{}/status", pid));
    const auto at = text.find('\n' + name + ":\t");
    const auto begin = at + name.size() + 3;
    return at == std::string::npos ? "none" : text.substr(begin, text.find('\n', begin) - begin);
}

std::vector<pid_t> workers()
{
    std::vector<pid_t> pids;
    for (const auto& name : namesIn("/proc")) {
        const auto pid = static_cast<pid_t>(std::atoi(name.c_str()));
        if (pid > 0 && statusOf(pid, "PPid") == std::to_string(::getpid())
            && textOf(std::format("/proc/{}/cmdline", pid)).contains("lamella-worker"))
            pids.push_back(pid);
    }
    return pids;
}

std::string attribute(const fs::path& path, const char* name)
{
    std::string value(256, '\0');
    const auto size = ::lgetxattr(path.c_str(), name, value.data(), value.size());
    return size < 0 ? "none" : value.substr(0, static_cast<std::size_t>(size));
}

} // namespace

using Attempt = std::function<bool()>;
Q_DECLARE_METATYPE(Attempt)

// What a layer brings, and what the worker that unpacks it can reach.
class UnpackingTest : public QObject, StoreTest {
    Q_OBJECT

private Q_SLOTS:
    void init() { prepare(); }
    void cleanup() { cleanUp(); }
    void whatALayerBringsArrives();
    void whatLiesBesideALayerMakesItsArchiveAgain();
    void theWorkerHasGivenUpItsRights();
    void theWorkerReachesNothing_data();
    void theWorkerReachesNothing();
};

void UnpackingTest::whatALayerBringsArrives()
{
    const auto member = [](char type, const char* name, unsigned mode, unsigned uid = 0, unsigned gid = 0) {
        return starter::TarMember{.type = type,
                                  .name = name,
                                  .link = {},
                                  .data = type == '0' ? "text" : "",
                                  .mode = mode,
                                  .uid = uid,
                                  .gid = gid};
    };
    auto null = member('3', "null", 0666);
    null.major = 1;
    null.minor = 3;
    auto loop = member('4', "loop", 0640, 0, 6);
    loop.major = 7;
    const std::string archive = tarMember(member('0', "su", 06755, 5, 6))
        + tarMember(member('5', "shared/", 03775, 7, 8))
        + starter::paxHeader({{"SCHILY.xattr.security.capability", kNetRaw},
                              {"SCHILY.xattr.user.note", "kept"},
                              {"SCHILY.xattr.trusted.overlay.opaque", "y"},
                              {"SCHILY.xattr.security.selinux", "system_u"}})
        + tarMember(member('0', "ping", 0755, 9, 9)) + tarMember(null) + tarMember(loop)
        + tarMember(member('6', "fifo", 04622, 3, 4)) + starter::tarEnd();
    const TestLayout special{layout()};
    special.index({special.image({archive})});
    Store store{root()};
    const auto loaded = load(store, layout());
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    const auto diff = store.images.layerDirectories(store.images.list().front()).front();
    struct Row {
        const char* name;
        unsigned mode, uid, gid;
        dev_t device;
    };
    for (const Row& row : {Row{"su", S_IFREG | 06755, 5, 6, 0}, Row{"shared", S_IFDIR | 03775, 7, 8, 0},
                           Row{"ping", S_IFREG | 0755, 9, 9, 0}, Row{"null", S_IFCHR | 0666, 0, 0, makedev(1, 3)},
                           Row{"loop", S_IFBLK | 0640, 0, 6, makedev(7, 0)}, Row{"fifo", S_IFIFO | 0622, 3, 4, 0}}) {
        struct stat status{};
        QCOMPARE(::lstat((diff / row.name).c_str(), &status), 0);
        const auto mode = S_ISFIFO(status.st_mode) ? status.st_mode & ~07000u : status.st_mode;
        QVERIFY2(mode == row.mode, std::format("{} has the mode {:o}", row.name, status.st_mode).c_str());
        QVERIFY2(status.st_uid == row.uid && status.st_gid == row.gid, row.name);
        QCOMPARE(status.st_rdev, row.device);
    }
    QCOMPARE(attribute(diff / "ping", "security.capability"), kNetRaw);
    QCOMPARE(attribute(diff / "ping", "user.note"), "kept");
    QCOMPARE(attribute(diff / "ping", "trusted.overlay.opaque"), "none");
    QVERIFY(attribute(diff / "ping", "security.selinux") != "system_u");
}

void UnpackingTest::whatLiesBesideALayerMakesItsArchiveAgain()
{
    const auto file = [](const char* name, std::string data) {
        return tarMember({.type = '0', .name = name, .link = {}, .data = std::move(data)});
    };
    const auto archive = file("a", "first") + file("a", "second") + file("b/c", std::string(300'000, 'c'))
        + file(".wh.gone", "") + starter::tarEnd() + "and more";
    const TestLayout twice{layout()};
    twice.index({twice.image({archive})});
    Store store{root()};
    const auto loaded = load(store, layout());
    QVERIFY2(loaded, loaded ? "" : loaded.error().message.c_str());
    const auto image = store.images.list().front();
    const auto directory = store.images.layerDirectories(image).front().parent_path();
    const auto diff = os::open(directory / "diff", O_RDONLY | O_DIRECTORY);
    const auto headers = os::open(directory / "headers", O_RDONLY);
    const auto index = os::open(directory / "index", O_RDONLY);
    QVERIFY(diff && headers && index);
    auto again = layer::LayerArchive::open(diff->borrow(), headers->borrow(), image.layers.front().diffId);
    QVERIFY2(again, again ? "" : again.error().message.c_str());
    std::string bytes(archive.size() + 1, '\0');
    const auto count = layer::readFully(*again, std::as_writable_bytes(std::span{bytes}));
    QVERIFY2(count, count ? "" : count.error().message.c_str());
    QVERIFY(std::string_view{bytes}.substr(0, *count) == archive);
    const auto files = layer::FileIndex::read(index->borrow());
    QVERIFY2(files, files ? "" : files.error().message.c_str());
    QCOMPARE(files->records().size(), 4u); // gone, a, b and b/c
    QVERIFY(files->find("b/c") && files->find("b/c")->size == 300'000);
}

void UnpackingTest::theWorkerHasGivenUpItsRights()
{
    if (qEnvironmentVariableIsSet("LAMELLA_SANITIZED"))
        QSKIP("a sanitizer makes system calls of its own, so there is no filter");
    const std::string ownNetwork = fs::read_symlink("/proc/self/ns/net");
    int seen = 0;
    Store store{root()};
    const TestLayout large{layout()}; // one layer, so that no second worker is just being started
    std::vector<starter::TarMember> members; // it tells of its progress between them
    for (int i = 0; i < 64; ++i)
        members.push_back(file("file" + std::to_string(i), std::string(1u << 20, 'x')));
    large.index({large.image({archiveOf(members)})});
    store.images.setStepHook([&](std::string_view step) {
        if (step != "unpacking")
            return;
        for (const pid_t pid : workers()) {
            if (++seen > 16) // near its end one thread is done already
                return;
            // CAP_CHOWN, DAC_OVERRIDE, FOWNER, FSETID, MKNOD and SETFCAP.
            const auto threads = namesIn(std::format("/proc/{}/task", pid));
            QCOMPARE(threads.size(), 2u); // one reads and hashes, one writes
            for (const auto& thread : threads) {
                const auto tid = static_cast<pid_t>(std::atoi(thread.c_str()));
                QCOMPARE(statusOf(tid, "CapEff"), "000000008800001b");
                QCOMPARE(statusOf(tid, "CapPrm"), "000000008800001b");
                QCOMPARE(statusOf(tid, "CapBnd"), "0000000000000000");
                QCOMPARE(statusOf(tid, "CapInh"), "0000000000000000");
                QCOMPARE(statusOf(tid, "NoNewPrivs"), "1");
                QCOMPARE(statusOf(tid, "Seccomp"), "2");
            }
            QVERIFY(fs::read_symlink(std::format("/proc/{}/ns/net", pid)) != ownNetwork);
            const auto devices = textOf(std::format("/proc/{}/net/dev", pid));
            QCOMPARE(std::ranges::count(devices, ':'), 1); // the loopback, which is down
            // One mount, the layer's directory, with nothing above it.
            const auto mounts = textOf(std::format("/proc/{}/mountinfo", pid));
            QCOMPARE(std::ranges::count(mounts, '\n'), 1);
            QVERIFY2(mounts.contains("/diff / ") && mounts.contains("nosuid,nodev,noexec"), mounts.c_str());
        }
    });
    QVERIFY(load(store, layout()));
    QVERIFY(seen > 0);
}

void UnpackingTest::theWorkerReachesNothing_data()
{
    QTest::addColumn<Attempt>("attempt"); // true: it has got what it wanted
    QTest::addColumn<bool>("mayTry"); // else the kernel ends it
    QTest::addColumn<bool>("byThread"); // that was started before the filter came
    const auto row = [](const char* name, bool mayTry, const Attempt& attempt) {
        QTest::newRow(name) << attempt << mayTry << false;
        QTest::addRow("%s, by a thread", name) << attempt << mayTry << true;
    };
    const auto opens = [](const char* path, int flags) { return ::open(path, flags | O_CLOEXEC, 0600) >= 0; };
    row("read a file of the machine", true, [=] { return opens("/etc/passwd", O_RDONLY); });
    row("read by way of ..", true, [=] { return opens("../../../../../../etc/passwd", O_RDONLY); });
    row("read through a link of the layer", true, [=] { return opens("link", O_RDONLY); });
    row("read its own process", true, [=] { return opens("/proc/self/status", O_RDONLY); });
    row("open a device of the layer", true,
        [=] { return ::mknodat(AT_FDCWD, "zero", S_IFCHR | 0666, makedev(1, 5)) == 0 && opens("zero", O_RDONLY); });
    // CVE-2019-14271: as a conversion of names or users would load it.
    row("a library of the layer", true, [] { return ::dlopen("/library.so", RTLD_NOW | RTLD_LOCAL) != nullptr; });
    row("a socket", false, [] { return ::socket(AF_INET, SOCK_STREAM, 0) >= 0; });
    row("a socket of a file", false, [] { return ::socket(AF_UNIX, SOCK_STREAM, 0) >= 0; });
    row("a process", false, [] { return ::fork() >= 0; });
    row("a thread", false, [] {
        std::thread([] { }).join();
        return true;
    });
    row("a program", false, [] { return ::execl("/program", "program", nullptr) == 0; });
    row("a mount", false, [] { return ::mount("none", "/", "tmpfs", 0, nullptr) == 0; });
    row("a namespace", false, [] { return ::unshare(CLONE_NEWUSER) == 0; });
    row("another root", false, [] { return ::chroot(".") == 0; });
    row("its parent", false, [] { return ::kill(::getppid(), 0) == 0; });
    row("another's memory", false, [] { return ::ptrace(PTRACE_ATTACH, ::getppid(), nullptr, nullptr) == 0; });
    row("another user", false, [] { return ::setuid(1) == 0; });
}

// The worker's own confinement, with a program in it that does what a layer that has taken it over would.
void UnpackingTest::theWorkerReachesNothing()
{
    if (qEnvironmentVariableIsSet("LAMELLA_SANITIZED"))
        QSKIP("a sanitizer makes system calls of its own, so there is no filter");
    QFETCH(Attempt, attempt);
    QFETCH(bool, mayTry);
    QFETCH(bool, byThread);
    const auto directory = m_directory / "layer/diff";
    fs::create_directories(directory);
    fs::create_symlink("/etc/passwd", directory / "link");
    Dl_info library{};
    QVERIFY(::dladdr(reinterpret_cast<void*>(&::ZSTD_versionNumber), &library) != 0);
    fs::copy_file(library.dli_fname, directory / "library.so");
    int status = 0;
    const pid_t control = ::fork(); // a library that nobody can load proves nothing
    if (control == 0)
        ::_exit(::dlopen((directory / "library.so").c_str(), RTLD_NOW | RTLD_LOCAL) ? 0 : 1);
    QCOMPARE(::waitpid(control, &status, 0), control);
    QCOMPARE(status, 0);
    const pid_t child = ::fork();
    if (child == 0) {
        int result = 0;
        std::promise<bool> goesOn;
        std::thread thread;
        const auto confined = [&]() -> Result<void> {
            const auto layer = TRY(os::open(directory, O_RDONLY | O_DIRECTORY));
            const auto mount = TRY(isolate(layer.borrow(), false));
            TRY(enterRoot(mount.borrow()));
            return dropRights(Rights::Unpack, 0, 1_MiB, [&]() -> Result<void> {
                if (byThread)
                    thread = std::thread([&] { result = goesOn.get_future().get() && attempt() ? 3 : 2; });
                return {};
            });
        }();
        // It can do its work, and nothing else: 2, or what it should not have got: 3.
        if (!confined || ::openat(AT_FDCWD, "/inside", O_WRONLY | O_CREAT | O_CLOEXEC, 0600) < 0)
            ::_exit(4);
        if (!byThread)
            ::_exit(attempt() ? 3 : 2);
        goesOn.set_value(true);
        thread.join();
        ::_exit(result);
    }
    QCOMPARE(::waitpid(child, &status, 0), child);
    QVERIFY(fs::exists(directory / "inside"));
    if (mayTry)
        QVERIFY2(WIFEXITED(status) && WEXITSTATUS(status) == 2, std::to_string(status).c_str());
    else
        QVERIFY2(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, std::to_string(status).c_str());
}

QTEST_GUILESS_MAIN(UnpackingTest)
#include "tst_unpacking.moc"
