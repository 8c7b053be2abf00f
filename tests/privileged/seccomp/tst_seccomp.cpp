// SPDX-License-Identifier: GPL-3.0-or-later
// The default profile as a filter of the kernel: what a child under it is refused, with which errno, and what goes on
// working.
#include "engine/oci/seccomp_profile.h"
#include "engine/runtime/seccomp.h"

#include <QFile>
#include <QTest>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace lamella;

namespace {

std::string defaultProfile()
{
    QFile file(qEnvironmentVariable("LAMELLA_SOURCE") + QStringLiteral("/resources/seccomp/default.json"));
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string{};
}

using Filter = std::vector<sock_filter>;

Result<Filter> filterFor(const std::vector<std::string>& capabilities)
{
    return runtime::compileSeccomp(TRY(oci::resolveProfile(defaultProfile(), capabilities)));
}

struct Call {
    long number;
    unsigned long arguments[6];
};

// What the call gives in a child under the filter (none: without one): 0 or errno. Negative: what killed the child.
int tryCall(const Filter& filter, const Call& call)
{
    const pid_t pid = ::fork();
    if (pid == 0) {
        if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
            ::_exit(201);
        if (!filter.empty() && runtime::loadSeccomp(filter, 0) != 0)
            ::_exit(202);
        const auto& a = call.arguments;
        const long result = ::syscall(call.number, a[0], a[1], a[2], a[3], a[4], a[5]);
        ::_exit(result < 0 ? errno : 0);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

#ifdef __x86_64__
// A call as a 32-bit program makes it, with two arguments.
int tryCompatCall(const Filter& filter, int number, int first, int second)
{
    const pid_t pid = ::fork();
    if (pid == 0) {
        if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || runtime::loadSeccomp(filter, 0) != 0)
            ::_exit(202);
        int result = number;
        asm volatile("int $0x80" : "+a"(result) : "b"(first), "c"(second), "d"(0) : "memory", "r8", "r9", "r10", "r11");
        ::_exit(result < 0 ? -result : 0);
    }
    int status = 0;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}
#endif

unsigned long address(const char* text)
{
    return reinterpret_cast<unsigned long>(text);
}

QString words(const Error& error)
{
    return QString::fromStdString(error.message);
}

} // namespace

Q_DECLARE_METATYPE(Call)

class TestSeccomp : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void cleanupTestCase();
    void defaultProfileRefuses_data();
    void defaultProfileRefuses();
    void defaultProfileAllows_data();
    void defaultProfileAllows();
    void administratorMayMount();
    void holdsFor32BitCalls();
    void refusesWhatItCannotCompile_data();
    void refusesWhatItCannotCompile();
    void leavesUnknownCallsOut();
    void twoComparisonsOfOneArgumentAreAlternatives();
    void killsWhereTheProfileSaysSo();
    void newerCallsDoNotExist_data();
    void newerCallsDoNotExist();
    void newerCallsAreLeftToOthers_data();
    void newerCallsAreLeftToOthers();
    void newerCallsOf32BitDoNotExist();
    void cacheGivesTheSameProgram();
    void cacheIsNotTrusted_data();
    void cacheIsNotTrusted();

private:
    Filter m_filter;
    std::filesystem::path m_directory;
};

void TestSeccomp::initTestCase()
{
    auto filter = filterFor({"CAP_CHOWN", "CAP_SYS_CHROOT"});
    QVERIFY2(filter.has_value(), filter ? "" : qPrintable(words(filter.error())));
    m_filter = std::move(*filter);
    m_directory = "/var/tmp/lamella-test-" + std::to_string(::getpid());
    std::filesystem::create_directory(m_directory);
}

void TestSeccomp::cleanupTestCase()
{
    std::filesystem::remove_all(m_directory);
}

void TestSeccomp::defaultProfileRefuses_data()
{
    QTest::addColumn<Call>("call");
    QTest::addColumn<int>("error");
    QTest::newRow("keyctl") << Call{SYS_keyctl, {0, 0}} << EPERM;
    QTest::newRow("add_key") << Call{SYS_add_key, {address("user"), address("x"), address("x"), 1, -2ul}} << EPERM;
    QTest::newRow("bpf") << Call{SYS_bpf, {0, 0, 0}} << EPERM;
    QTest::newRow("mount") << Call{SYS_mount, {address("x"), address("/nowhere"), address("tmpfs"), 0, 0}} << EPERM;
    QTest::newRow("umount2") << Call{SYS_umount2, {address("/nowhere"), 0}} << EPERM;
    QTest::newRow("open_tree") << Call{SYS_open_tree, {-100ul, address("/"), 0}} << EPERM;
    QTest::newRow("fsopen") << Call{SYS_fsopen, {address("tmpfs"), 0}} << EPERM;
    QTest::newRow("pivot_root") << Call{SYS_pivot_root, {address("/nowhere"), address("/nowhere")}} << EPERM;
    QTest::newRow("unshare a user namespace") << Call{SYS_unshare, {CLONE_NEWUSER}} << EPERM;
    QTest::newRow("setns") << Call{SYS_setns, {-1ul, 0}} << EPERM;
    QTest::newRow("clone with CLONE_NEWUSER") << Call{SYS_clone, {CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0}} << EPERM;
    QTest::newRow("clone with CLONE_NEWNS") << Call{SYS_clone, {CLONE_NEWNS | SIGCHLD, 0, 0, 0, 0}} << EPERM;
    QTest::newRow("clone with CLONE_NEWCGROUP") << Call{SYS_clone, {CLONE_NEWCGROUP | SIGCHLD, 0, 0, 0, 0}} << EPERM;
    QTest::newRow("clone with all") << Call{SYS_clone, {0x7e020000 | SIGCHLD, 0, 0, 0, 0}} << EPERM;
    QTest::newRow("clone3") << Call{SYS_clone3, {0, 0}} << ENOSYS;
    QTest::newRow("personality ADDR_NO_RANDOMIZE") << Call{SYS_personality, {0x40000}} << ENOSYS;
    QTest::newRow("socket AF_VSOCK") << Call{SYS_socket, {AF_VSOCK, SOCK_STREAM, 0}} << EPERM;
    QTest::newRow("io_uring_setup") << Call{SYS_io_uring_setup, {1, 0}} << EPERM;
    QTest::newRow("userfaultfd") << Call{SYS_userfaultfd, {0}} << EPERM;
    QTest::newRow("perf_event_open") << Call{SYS_perf_event_open, {0, 0, 0, 0, 0}} << EPERM;
    QTest::newRow("open_by_handle_at") << Call{SYS_open_by_handle_at, {-100ul, 0, 0}} << EPERM;
    QTest::newRow("init_module") << Call{SYS_init_module, {0, 0, 0}} << EPERM;
    QTest::newRow("kexec_load") << Call{SYS_kexec_load, {0, 0, 0, 0}} << EPERM;
    QTest::newRow("reboot") << Call{SYS_reboot, {0, 0, 0, 0}} << EPERM;
    QTest::newRow("syslog") << Call{SYS_syslog, {10, 0, 0}} << EPERM;
    QTest::newRow("swapon") << Call{SYS_swapon, {address("/nowhere"), 0}} << EPERM;
    QTest::newRow("settimeofday") << Call{SYS_settimeofday, {0, 0}} << EPERM;
    QTest::newRow("process_madvise") << Call{SYS_process_madvise, {-1ul, 0, 0, 0, 0}} << EPERM;
    QTest::newRow("a call that is not there yet") << Call{1000, {}} << ENOSYS;
}

void TestSeccomp::defaultProfileRefuses()
{
    QFETCH(Call, call);
    QFETCH(int, error);
    QCOMPARE(tryCall(m_filter, call), error);
    // The kernel itself would say something else, so it was the filter.
    if (error == EPERM)
        QVERIFY(tryCall({}, call) != error);
}

void TestSeccomp::defaultProfileAllows_data()
{
    QTest::addColumn<Call>("call");
    QTest::addColumn<int>("error"); // what the kernel says, not the filter
    QTest::newRow("getpid") << Call{SYS_getpid, {}} << 0;
    QTest::newRow("ptrace of itself") << Call{SYS_ptrace, {PTRACE_TRACEME}} << 0;
    QTest::newRow("ptrace of nobody") << Call{SYS_ptrace, {PTRACE_SEIZE, 0x3fffffff, 0, 0}} << ESRCH;
    QTest::newRow("process_vm_readv") << Call{SYS_process_vm_readv, {0x3fffffff, 0, 0, 0, 0, 0}} << 0;
    QTest::newRow("clone without namespaces") << Call{SYS_clone, {SIGCHLD, 0, 0, 0, 0}} << 0;
    QTest::newRow("personality 0") << Call{SYS_personality, {0}} << 0;
    QTest::newRow("personality of 32 bits") << Call{SYS_personality, {8}} << 0;
    QTest::newRow("personality, asked") << Call{SYS_personality, {0xffffffff}} << 0;
    QTest::newRow("socket AF_INET") << Call{SYS_socket, {AF_INET, SOCK_STREAM, 0}} << 0;
    QTest::newRow("socket AF_UNIX") << Call{SYS_socket, {AF_UNIX, SOCK_STREAM, 0}} << 0;
    QTest::newRow("socket AF_NETLINK") << Call{SYS_socket, {AF_NETLINK, SOCK_RAW, 0}} << 0;
    QTest::newRow("chroot, with its capability") << Call{SYS_chroot, {address("/nowhere")}} << ENOENT;
    QTest::newRow("openat2") << Call{SYS_openat2, {-100ul, address("/"), 0, 0}} << EINVAL;
    QTest::newRow("memfd_create") << Call{SYS_memfd_create, {address("x"), 0}} << 0;
    QTest::newRow("landlock") << Call{SYS_landlock_create_ruleset, {0, 1, 0}}
                              << tryCall({}, Call{SYS_landlock_create_ruleset, {0, 1, 0}});
    QTest::newRow("seccomp") << Call{SYS_seccomp, {2, 0, 0}} << EFAULT;
    QTest::newRow("mknodat") << Call{SYS_mknodat, {-100ul, address("/nowhere/x"), S_IFIFO, 0}} << ENOENT;
    QTest::newRow("adjtimex") << Call{SYS_adjtimex, {0}} << EFAULT;
}

void TestSeccomp::defaultProfileAllows()
{
    QFETCH(Call, call);
    QFETCH(int, error);
    QCOMPARE(tryCall(m_filter, call), error);
}

void TestSeccomp::administratorMayMount()
{
    const auto filter = filterFor({"CAP_SYS_ADMIN", "CAP_SYSLOG"});
    QVERIFY(filter.has_value());
    QCOMPARE(tryCall(*filter, {SYS_mount, {address("x"), address("/nowhere"), address("tmpfs"), 0, 0}}), ENOENT);
    QCOMPARE(tryCall(*filter, {SYS_clone, {CLONE_NEWUTS | SIGCHLD, 0, 0, 0, 0}}), 0);
    QCOMPARE(tryCall(*filter, {SYS_clone3, {0, 0}}), EINVAL);
    QCOMPARE(tryCall(*filter, {SYS_syslog, {10, 0, 0}}), tryCall({}, {SYS_syslog, {10, 0, 0}}));
    QCOMPARE(tryCall(*filter, {SYS_keyctl, {0, 0}}), EPERM);
    QCOMPARE(tryCall(*filter, {SYS_chroot, {address("/nowhere")}}), EPERM); // not its capability
}

// int 0x80 needs a kernel with 32-bit emulation, which answers getpid.
void TestSeccomp::holdsFor32BitCalls()
{
#ifdef __x86_64__
    constexpr int getpidNumber = 20;
    constexpr int socketNumber = 359;
    constexpr int socketcallNumber = 102;
    constexpr int keyctlNumber = 288;
    constexpr int unshareNumber = 310;
    if (tryCompatCall(m_filter, getpidNumber, 0, 0) != 0)
        QSKIP("this kernel runs no 32-bit programs");
    QCOMPARE(tryCompatCall(m_filter, socketNumber, AF_INET, SOCK_STREAM), 0);
    QVERIFY(tryCompatCall(m_filter, socketNumber, AF_VSOCK, SOCK_STREAM) != 0);
    QCOMPARE(tryCompatCall(m_filter, keyctlNumber, 0, 0), EPERM);
    QCOMPARE(tryCompatCall(m_filter, unshareNumber, CLONE_NEWUSER, 0), EPERM);
    QCOMPARE(tryCompatCall(m_filter, socketcallNumber, 1, 0), EFAULT); // the kernel looks at the arguments

    oci::Seccomp lax;
    lax.defaultAction = "SCMP_ACT_ALLOW";
    lax.architectures = {"SCMP_ARCH_X86"};
    lax.syscalls.push_back(
        {{"socket"}, "SCMP_ACT_ERRNO", 42, {{0, AF_UNIX, 0, "SCMP_CMP_EQ"}, {0, AF_INET, 0, "SCMP_CMP_EQ"}}});
    const auto program = runtime::compileSeccomp(lax);
    QVERIFY(program.has_value());
    QCOMPARE(tryCompatCall(*program, socketNumber, AF_UNIX, SOCK_STREAM), 42);
    QCOMPARE(tryCompatCall(*program, socketNumber, AF_INET, SOCK_STREAM), 42);
#else
    QSKIP("only x86-64 has 32-bit calls that a 64-bit program can make");
#endif
}

namespace {

oci::Seccomp allowing(oci::SeccompSyscalls rule)
{
    oci::Seccomp profile;
    profile.defaultAction = "SCMP_ACT_ALLOW";
    profile.syscalls.push_back(std::move(rule));
    return profile;
}

} // namespace

void TestSeccomp::refusesWhatItCannotCompile_data()
{
    QTest::addColumn<QString>("action");
    QTest::addColumn<unsigned>("errnoRet");
    QTest::addColumn<unsigned>("index");
    QTest::addColumn<QString>("op");
    QTest::addColumn<int>("kind");
    const int invalid = int(ErrorKind::InvalidArgument);
    const auto row = [&](const char* name, const char* action, unsigned errnoRet, unsigned index, const char* op,
                         int kind) {
        QTest::newRow(name) << QString::fromLatin1(action) << errnoRet << index << QString::fromLatin1(op) << kind;
    };
    row("no such action", "SCMP_ACT_FORBID", 1, 0, "SCMP_CMP_EQ", invalid);
    row("empty action", "", 1, 0, "SCMP_CMP_EQ", invalid);
    row("errno too large", "SCMP_ACT_ERRNO", 70000, 0, "SCMP_CMP_EQ", invalid);
    row("no such argument", "SCMP_ACT_ERRNO", 1, 6, "SCMP_CMP_EQ", invalid);
    row("no such operator", "SCMP_ACT_ERRNO", 1, 0, "SCMP_CMP_ABOUT", invalid);
}

void TestSeccomp::refusesWhatItCannotCompile()
{
    QFETCH(QString, action);
    QFETCH(unsigned, errnoRet);
    QFETCH(unsigned, index);
    QFETCH(QString, op);
    QFETCH(int, kind);
    const auto program = runtime::compileSeccomp(
        allowing({{"getppid"}, action.toStdString(), errnoRet, {{index, 0, 0, op.toStdString()}}}));
    QVERIFY(!program);
    QCOMPARE(int(program.error().kind), kind);
}

void TestSeccomp::leavesUnknownCallsOut()
{
    const auto program = runtime::compileSeccomp(allowing({{"no_such_call", "getppid"}, "SCMP_ACT_ERRNO", 42, {}}));
    QVERIFY(program.has_value());
    QCOMPARE(tryCall(*program, {SYS_getppid, {}}), 42);
    QCOMPARE(tryCall(*program, {SYS_getpid, {}}), 0);
}

void TestSeccomp::twoComparisonsOfOneArgumentAreAlternatives()
{
    const auto program = runtime::compileSeccomp(
        allowing({{"socket"}, "SCMP_ACT_ERRNO", 42, {{0, AF_UNIX, 0, "SCMP_CMP_EQ"}, {0, AF_INET, 0, "SCMP_CMP_EQ"}}}));
    QVERIFY(program.has_value());
    QCOMPARE(tryCall(*program, {SYS_socket, {AF_UNIX, SOCK_STREAM, 0}}), 42);
    QCOMPARE(tryCall(*program, {SYS_socket, {AF_INET, SOCK_STREAM, 0}}), 42);
    QCOMPARE(tryCall(*program, {SYS_socket, {AF_INET6, SOCK_STREAM, 0}}),
             tryCall({}, {SYS_socket, {AF_INET6, SOCK_STREAM, 0}}));
}

void TestSeccomp::killsWhereTheProfileSaysSo()
{
    const auto program = runtime::compileSeccomp(allowing({{"getppid"}, "SCMP_ACT_KILL_PROCESS", std::nullopt, {}}));
    QVERIFY(program.has_value());
    QCOMPARE(tryCall(*program, {SYS_getppid, {}}), -SIGSYS);
}

namespace {

// Names calls up to faccessat2, which has the number 439 nearly everywhere.
oci::Seccomp strict(const QString& defaultAction, std::optional<unsigned> errnoRet)
{
    oci::Seccomp profile;
    profile.defaultAction = defaultAction.toStdString();
    profile.defaultErrnoRet = errnoRet;
    profile.architectures = {"SCMP_ARCH_X86", "SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"};
    profile.syscalls.push_back({{"exit_group", "exit", "getpid", "cacheflush"}, "SCMP_ACT_ALLOW", std::nullopt, {}});
    profile.syscalls.push_back({{"faccessat2"}, "SCMP_ACT_ERRNO", 42, {}});
    return profile;
}

} // namespace

void TestSeccomp::newerCallsDoNotExist_data()
{
    QTest::addColumn<QString>("action");
    QTest::addColumn<std::optional<unsigned>>("errnoRet");
    QTest::addColumn<int>("older");
    QTest::newRow("EPERM") << "SCMP_ACT_ERRNO" << std::optional<unsigned>{} << EPERM;
    QTest::newRow("an errno of its own") << "SCMP_ACT_ERRNO" << std::optional<unsigned>{ENXIO} << ENXIO;
    QTest::newRow("kill") << "SCMP_ACT_KILL_PROCESS" << std::optional<unsigned>{} << -SIGSYS;
    QTest::newRow("kill, by its old name") << "SCMP_ACT_KILL" << std::optional<unsigned>{} << -SIGSYS;
}

void TestSeccomp::newerCallsDoNotExist()
{
    QFETCH(QString, action);
    QFETCH(std::optional<unsigned>, errnoRet);
    QFETCH(int, older);
    const auto program = runtime::compileSeccomp(strict(action, errnoRet));
    QVERIFY(program.has_value());
    QCOMPARE(tryCall(*program, {SYS_getpid, {}}), 0);
    QCOMPARE(tryCall(*program, {SYS_getppid, {}}), older);
    QCOMPARE(tryCall(*program, {SYS_openat2, {}}), older); // 437
    QCOMPARE(tryCall(*program, {SYS_faccessat2, {}}), 42);
    QCOMPARE(tryCall(*program, {SYS_process_madvise, {}}), ENOSYS); // 440
    QCOMPARE(tryCall(*program, {1000, {}}), ENOSYS);
    QCOMPARE(tryCall(*program, {0xeffff, {}}), ENOSYS);
#ifdef __x86_64__
    // Not this architecture's: getpid, and one that is not there yet, of x32, which the profile does not name.
    constexpr long x32Bit = 0x40000000;
    QCOMPARE(tryCall(*program, {x32Bit | SYS_getpid, {}}), -SIGSYS);
    QCOMPARE(tryCall(*program, {x32Bit | 1000, {}}), -SIGSYS);
#endif
}

void TestSeccomp::newerCallsAreLeftToOthers_data()
{
    QTest::addColumn<QString>("action");
    QTest::addColumn<std::optional<unsigned>>("errnoRet");
    QTest::addColumn<int>("newer");
    QTest::newRow("let through") << "SCMP_ACT_ALLOW" << std::optional<unsigned>{} << tryCall({}, {SYS_openat2, {}});
    QTest::newRow("recorded") << "SCMP_ACT_LOG" << std::optional<unsigned>{} << tryCall({}, {SYS_openat2, {}});
    QTest::newRow("trapped") << "SCMP_ACT_TRAP" << std::optional<unsigned>{} << -SIGSYS;
}

// Who lets through, records or looks into calls does so with new ones too.
void TestSeccomp::newerCallsAreLeftToOthers()
{
    QFETCH(QString, action);
    QFETCH(std::optional<unsigned>, errnoRet);
    QFETCH(int, newer);
    oci::Seccomp profile = strict(action, errnoRet);
    profile.syscalls.pop_back();
    const auto program = runtime::compileSeccomp(profile);
    QVERIFY(program.has_value());
    QCOMPARE(tryCall(*program, {SYS_openat2, {}}), newer);
}

void TestSeccomp::newerCallsOf32BitDoNotExist()
{
#ifdef __x86_64__
    constexpr int getpidNumber = 20;
    constexpr int getppidNumber = 64;
    constexpr int newerNumber = 440;
    const auto program = runtime::compileSeccomp(strict(QStringLiteral("SCMP_ACT_ERRNO"), {}));
    QVERIFY(program.has_value());
    if (tryCompatCall(m_filter, getpidNumber, 0, 0) != 0)
        QSKIP("this kernel runs no 32-bit programs");
    QCOMPARE(tryCompatCall(*program, getppidNumber, 0, 0), EPERM);
    QCOMPARE(tryCompatCall(*program, newerNumber, 0, 0), ENOSYS);
#else
    QSKIP("only x86-64 has 32-bit calls that a 64-bit program can make");
#endif
}

namespace {

std::filesystem::path onlyEntry(const std::filesystem::path& directory)
{
    std::filesystem::path found;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        found = found.empty() ? entry.path() : std::filesystem::path{};
    return found;
}

bool same(const Filter& a, const Filter& b)
{
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(sock_filter)) == 0;
}

} // namespace

void TestSeccomp::cacheGivesTheSameProgram()
{
    const auto cache = m_directory / "run" / "cache"; // neither is there yet
    const auto profile = oci::resolveProfile(defaultProfile(), {}).value();
    const auto first = runtime::cachedSeccomp(profile, cache).value();
    QCOMPARE(std::filesystem::status(cache).permissions(), std::filesystem::perms{0700});
    const auto entry = onlyEntry(cache);
    QVERIFY(!entry.empty());
    const auto written = std::filesystem::last_write_time(entry);
    QVERIFY(same(runtime::cachedSeccomp(profile, cache).value(), first));
    QCOMPARE(std::filesystem::last_write_time(entry), written); // read, not made again
    QVERIFY(same(runtime::compileSeccomp(profile).value(), first));
    const auto other
        = runtime::cachedSeccomp(oci::resolveProfile(defaultProfile(), {"CAP_SYS_ADMIN"}).value(), cache).value();
    QVERIFY(!same(other, first));
    QVERIFY(onlyEntry(cache).empty()); // two of them now
}

void TestSeccomp::cacheIsNotTrusted_data()
{
    QTest::addColumn<int>("spoil");
    QTest::newRow("directory open to others") << 0;
    QTest::newRow("directory of another user") << 1;
    QTest::newRow("entry writable by others") << 2;
    QTest::newRow("entry of another user") << 3;
    QTest::newRow("entry is a link") << 4;
    QTest::newRow("entry is for another profile") << 5;
    QTest::newRow("entry cut short") << 6;
    QTest::newRow("entry has a hard link") << 7;
    QTest::newRow("entry is a fifo") << 8;
    QTest::newRow("directory is a link") << 9;
}

// Each time the entry holds a filter that allows everything; it must not come back.
void TestSeccomp::cacheIsNotTrusted()
{
    QFETCH(int, spoil);
    const auto cache = m_directory / ("spoilt" + std::to_string(spoil));
    const auto profile = oci::resolveProfile(defaultProfile(), {}).value();
    const auto good = runtime::cachedSeccomp(profile, cache).value();
    const auto entry = onlyEntry(cache);
    QVERIFY(!entry.empty());
    {
        QFile file(entry);
        QVERIFY(file.open(QIODevice::ReadWrite));
        const QByteArray whole = file.readAll();
        const qsizetype program = whole.size() - qsizetype(good.size() * sizeof(sock_filter));
        const sock_filter allow{BPF_RET | BPF_K, 0, 0, 0x7fff0000};
        file.seek(program);
        file.write(reinterpret_cast<const char*>(&allow), sizeof allow);
    }
    const auto name = entry.string();
    switch (spoil) {
    case 0:
        QCOMPARE(::chmod(cache.c_str(), 0755), 0);
        break;
    case 1:
        QCOMPARE(::chown(cache.c_str(), 1234, 0), 0);
        break;
    case 2:
        QCOMPARE(::chmod(name.c_str(), 0620), 0);
        break;
    case 3:
        QCOMPARE(::chown(name.c_str(), 1234, 0), 0);
        break;
    case 4:
        std::filesystem::rename(entry, cache / "elsewhere");
        std::filesystem::create_symlink("elsewhere", entry);
        break;
    case 5: {
        QFile file(entry);
        QVERIFY(file.open(QIODevice::ReadWrite));
        file.seek(40);
        file.write("#");
        break;
    }
    case 6:
        std::filesystem::resize_file(entry, std::filesystem::file_size(entry) - 8);
        break;
    case 7:
        std::filesystem::create_hard_link(entry, m_directory / "link");
        break;
    case 8:
        std::filesystem::remove(entry);
        QCOMPARE(::mkfifo(name.c_str(), 0600), 0);
        break;
    case 9: {
        const auto real = m_directory / "real";
        std::filesystem::rename(cache, real);
        std::filesystem::create_directory_symlink(real, cache);
        break;
    }
    }
    QVERIFY(same(runtime::cachedSeccomp(profile, cache).value(), good));
}

QTEST_GUILESS_MAIN(TestSeccomp)
#include "tst_seccomp.moc"
