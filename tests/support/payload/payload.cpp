// SPDX-License-Identifier: GPL-3.0-or-later
// The program that tests run in containers: lamella-test-payload COMMAND [ARGUMENTS]. Static, needs nothing of the
// image.
#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <string_view>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using Arguments = char**;

int fail(const char* what)
{
    std::printf("%s: %s\n", what, std::strerror(errno));
    return 1;
}

int copyFile(const char* path)
{
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return fail(path);
    std::array<char, 4096> buffer;
    ssize_t n = 0;
    while ((n = ::read(file, buffer.data(), buffer.size())) > 0)
        std::fwrite(buffer.data(), 1, static_cast<std::size_t>(n), stdout);
    ::close(file);
    return n < 0 ? fail(path) : 0;
}

/// status: /proc/self/status, with the capability sets, seccomp mode and no_new_privs.
int status(Arguments)
{
    return copyFile("/proc/self/status");
}

/// cat FILE
int cat(Arguments arguments)
{
    return copyFile(arguments[0]);
}

/// ids: uid, gid and the supplementary groups.
int ids(Arguments)
{
    std::array<gid_t, 64> groups{};
    const int count = ::getgroups(static_cast<int>(groups.size()), groups.data());
    std::printf("uid=%u gid=%u groups=", ::getuid(), ::getgid());
    for (int i = 0; i < count; ++i)
        std::printf("%s%u", i == 0 ? "" : ",", groups[static_cast<std::size_t>(i)]);
    std::printf("\n");
    return 0;
}

/// exit STATUS
int leave(Arguments arguments)
{
    return std::atoi(arguments[0]);
}

/// sleep SECONDS, after a line that says that it runs.
int sleepFor(Arguments arguments)
{
    std::printf("sleeping\n");
    std::fflush(stdout);
    ::sleep(static_cast<unsigned>(std::atoi(arguments[0])));
    return 0;
}

/// catch SIGNAL: waits for the signal and ends with 40 + its number.
int catchSignal(Arguments arguments)
{
    const int signal = std::atoi(arguments[0]);
    sigset_t set;
    ::sigemptyset(&set);
    ::sigaddset(&set, signal);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    std::printf("waiting\n");
    std::fflush(stdout);
    int got = 0;
    ::sigwait(&set, &got);
    return 40 + got;
}

/// orphans COUNT: leaves that many processes behind which end at once, waits a while and counts the zombies.
int orphans(Arguments arguments)
{
    for (int i = 0; i < std::atoi(arguments[0]); ++i) {
        const pid_t parent = ::fork();
        if (parent == 0) {
            if (::fork() == 0) {
                ::usleep(50'000);
                ::_exit(0);
            }
            ::_exit(0);
        }
        ::waitpid(parent, nullptr, 0);
    }
    ::usleep(300'000);
    return 0;
}

/// memory MEBIBYTES: touches that much.
int memory(Arguments arguments)
{
    for (int i = 0; i < std::atoi(arguments[0]); ++i) {
        void* block = std::malloc(1u << 20);
        if (block == nullptr)
            return fail("malloc");
        std::memset(block, 1, 1u << 20);
        // So that the compiler keeps it.
        asm volatile("" : : "r"(block) : "memory");
    }
    std::printf("touched\n");
    return 0;
}

/// forks COUNT: how many children the limit lets live at once.
int forks(Arguments arguments)
{
    int made = 0;
    for (int i = 0; i < std::atoi(arguments[0]); ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::pause();
            ::_exit(0);
        }
        if (child > 0)
            ++made;
    }
    std::printf("made %d\n", made);
    return 0;
}

/// write FILE TEXT
int writeFile(Arguments arguments)
{
    const int file = ::open(arguments[0], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0)
        return fail(arguments[0]);
    const std::string_view text{arguments[1]};
    const bool ok = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    ::close(file);
    return ok ? 0 : fail(arguments[0]);
}

/// list DIRECTORY
int list(Arguments arguments)
{
    DIR* directory = ::opendir(arguments[0]);
    if (directory == nullptr)
        return fail(arguments[0]);
    while (const dirent* entry = ::readdir(directory)) {
        if (entry->d_name[0] != '.')
            std::printf("%s\n", entry->d_name);
    }
    ::closedir(directory);
    return 0;
}

/// tty: the size of the controlling terminal, and whether the three streams are one.
int tty(Arguments)
{
    const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC);
    winsize size{};
    if (terminal < 0 || ::ioctl(terminal, TIOCGWINSZ, &size) != 0)
        return fail("/dev/tty");
    std::printf("%d rows %d columns %d%d%d\n", size.ws_row, size.ws_col, ::isatty(0), ::isatty(1), ::isatty(2));
    return 0;
}

/// remount PATH: tries to make a mount writable.
int remount(Arguments arguments)
{
    if (::mount(nullptr, arguments[0], nullptr, MS_REMOUNT | MS_BIND, nullptr) != 0)
        return fail("mount");
    return 0;
}

/// mknod PATH: tries to make and open the node of the first disk.
int makeNode(Arguments arguments)
{
    if (::mknod(arguments[0], S_IFBLK | 0600, makedev(254, 0)) != 0)
        return fail("mknod");
    const int disk = ::open(arguments[0], O_RDONLY | O_CLOEXEC);
    return disk < 0 ? fail("open") : 0;
}

/// fds: the open descriptors and what they are.
int fds(Arguments)
{
    for (int fd = 0; fd < 1024; ++fd) {
        struct stat info{};
        if (::fstat(fd, &info) == 0)
            std::printf("%d %o\n", fd, info.st_mode & S_IFMT);
    }
    return 0;
}

/// keyring: the name of the session keyring.
int keyring(Arguments)
{
    std::array<char, 256> text{};
    const long length = ::syscall(SYS_keyctl, KEYCTL_DESCRIBE, KEY_SPEC_SESSION_KEYRING, text.data(), text.size() - 1);
    if (length < 0)
        return fail("keyctl");
    std::printf("%s\n", std::strrchr(text.data(), ';') + 1); // type;uid;gid;permissions;name
    return 0;
}

/// spy SECONDS: looks again and again at the other processes; tells of one whose program or descriptors it can reach
/// while it runs a program that is in no file.
int spy(Arguments arguments)
{
    std::printf("spying\n");
    std::fflush(stdout);
    int seen = 0;
    for (const std::time_t end = std::time(nullptr) + std::atoi(arguments[0]); std::time(nullptr) < end;) {
        for (int pid = 2; pid < 2000; ++pid) {
            char path[64];
            char target[256]{};
            std::snprintf(path, sizeof path, "/proc/%d/comm", pid);
            if (::access(path, F_OK) != 0)
                continue;
            ++seen;
            std::snprintf(path, sizeof path, "/proc/%d/exe", pid);
            if (::readlink(path, target, sizeof target - 1) > 0 && std::strstr(target, "memfd:") != nullptr)
                std::printf("reached %d: %s\n", pid, target);
        }
    }
    std::printf("seen %s\n", seen > 0 ? "some" : "nobody");
    return 0;
}

/// look PATH: for ever; tells of each way through a process that enters by which PATH, of the machine, is reached.
int look(Arguments arguments)
{
    std::printf("looking\n");
    std::fflush(stdout);
    constexpr int kAhead = 4;
    for (int next = 2;;) {
        for (int pid = next; pid < next + kAhead; ++pid) {
            char path[512];
            for (int way = 0; way < 64; ++way) {
                if (way < 2)
                    std::snprintf(path, sizeof path, "/proc/%d/%s/../../../../../../../..%s", pid,
                                  way == 0 ? "root" : "cwd", arguments[0]);
                else
                    std::snprintf(path, sizeof path, "/proc/%d/fd/%d/../../../../../../../..%s", pid, way, arguments[0]);
                if (::access(path, F_OK) == 0) {
                    std::printf("reached %s\n", path);
                    std::fflush(stdout);
                }
                if (way == 0 && errno == ENOENT && pid > next)
                    break;
            }
            std::snprintf(path, sizeof path, "/proc/%d", pid);
            if (::access(path, F_OK) == 0)
                next = pid;
        }
    }
}

struct Command {
    std::string_view name;
    int arguments;
    int (*run)(Arguments);
};

constexpr std::array kCommands{
    Command{"status", 0, status},   Command{"cat", 1, cat},        Command{"ids", 0, ids},
    Command{"exit", 1, leave},      Command{"sleep", 1, sleepFor}, Command{"catch", 1, catchSignal},
    Command{"orphans", 1, orphans}, Command{"memory", 1, memory},  Command{"forks", 1, forks},
    Command{"write", 2, writeFile}, Command{"list", 1, list},      Command{"tty", 0, tty},
    Command{"remount", 1, remount}, Command{"mknod", 1, makeNode}, Command{"fds", 0, fds},
    Command{"keyring", 0, keyring}, Command{"spy", 1, spy},
    Command{"look", 1, look},
};

} // namespace

int main(int argc, char** argv)
{
    for (const Command& command : kCommands) {
        if (argc == command.arguments + 2 && command.name == argv[1]) {
            const int result = command.run(argv + 2);
            std::fflush(stdout);
            return result;
        }
    }
    std::printf("usage: lamella-test-payload COMMAND [ARGUMENTS]\n");
    return 2;
}
