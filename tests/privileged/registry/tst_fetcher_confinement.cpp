// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/process.h"
#include "engine/registry/fetcher_root.h"
#include "fixture.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <csignal>
#include <fstream>

using namespace fixture;

using Attempt = bool (*)(pid_t other); // true: it worked
Q_DECLARE_METATYPE(Attempt)

namespace {

bool creates(const char* path)
{
    return ::open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600) >= 0;
}

bool opens(const char* path)
{
    return ::open(path, O_RDONLY | O_CLOEXEC) >= 0;
}

// Tries something in a process that has given up its rights as the fetcher does: 0 it could not, 1 it could.
int inside(Attempt attempt)
{
    const pid_t parent = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) {
        if (const auto confined = registry::confine(); !confined) {
            ::fprintf(stderr, "%s\n", confined.error().message.c_str());
            ::_exit(2);
        }
        ::_exit(attempt(parent) ? 1 : 0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 100 + WTERMSIG(status);
}

// The children of this process.
std::vector<pid_t> childProcesses()
{
    std::vector<pid_t> found;
    for (const auto& task : std::filesystem::directory_iterator{"/proc/self/task"}) {
        std::ifstream list{task.path() / "children"};
        for (pid_t pid = 0; list >> pid;)
            found.push_back(pid);
    }
    return found;
}

QByteArray statusField(pid_t pid, const char* field)
{
    const auto text = QByteArray::fromStdString(os::readFile(std::format("/proc/{}/status", pid)).value());
    for (const auto& line : text.split('\n')) {
        if (line.startsWith(field))
            return line.sliced(line.indexOf(':') + 1).trimmed();
    }
    return {};
}

} // namespace

/// What the fetcher could do if what it reads from the network took it over.
class TstFetcherConfinement : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        if (::geteuid() != 0)
            QSKIP("needs root");
    }

    void attempts_data()
    {
        QTest::addColumn<Attempt>("attempt");
        QTest::addColumn<bool>("works");
        const auto row
            = [](const char* name, Attempt attempt, bool works = false) { QTest::newRow(name) << attempt << works; };
        row("write to the root", [](pid_t) { return creates("/x"); });
        row("write to /etc", [](pid_t) { return creates("/etc/x"); });
        row("write to /usr", [](pid_t) { return creates("/usr/x"); });
        row("change /etc/hosts", [](pid_t) { return ::open("/etc/hosts", O_WRONLY | O_CLOEXEC) >= 0; });
        row("write to /tmp", [](pid_t) { return creates("/tmp/x"); });
        row("make writable again",
            [](pid_t) { return ::mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND, nullptr) == 0 || creates("/x"); });
        row("read the store", [](pid_t) { return opens("/var/lib/lamella") || opens("/var"); });
        row("read homes", [](pid_t) { return opens("/root") || opens("/home"); });
        row("read processes", [](pid_t) { return opens("/proc/1/environ") || opens("/proc"); });
        row("read what runs", [](pid_t) { return opens("/run"); });
        row("read passwords", [](pid_t) { return opens("/etc/shadow") || opens("/etc/passwd"); });
        row("read private keys", [](pid_t) { return opens("/etc/ssl/private"); });
        row("leave by the parent", [](pid_t) { return ::chdir("../../../../..") == 0 && opens("var"); });
        row("signal", [](pid_t other) { return ::kill(other, 0) == 0; });
        row("signal a thread", [](pid_t other) { return ::syscall(SYS_tgkill, other, other, 0) == 0; });
        row("signal everybody", [](pid_t) { return ::kill(-1, 0) == 0; });
        row("open a process", [](pid_t other) { return ::syscall(SYS_pidfd_open, other, 0) >= 0; });
        row("trace", [](pid_t other) { return ::ptrace(PTRACE_SEIZE, other, nullptr, nullptr) == 0; });
        row("start a program", [](pid_t) {
            char* none[] = {nullptr};
            ::execve("/usr/bin/true", none, none);
            return false;
        });
        row("talk to local services", [](pid_t) { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0; });
        row("forge packets", [](pid_t) {
            return ::socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) >= 0
                || ::socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, 1) >= 0;
        });
        row("make a user namespace", [](pid_t) { return ::unshare(CLONE_NEWUSER) == 0; });
        row("become root", [](pid_t) { return ::setuid(0) == 0 || ::seteuid(0) == 0; });
        row("be dumped", [](pid_t) { return ::prctl(PR_GET_DUMPABLE) != 0; });
        row("use the internet", [](pid_t) { return ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0; }, true);
        row("read certificates", [](pid_t) { return opens("/etc/ssl/certs/ca-certificates.crt"); }, true);
        row("load libraries", [](pid_t) { return opens("/usr/lib"); }, true);
    }
    void attempts()
    {
        QFETCH(Attempt, attempt);
        QFETCH(bool, works);
        QCOMPARE(inside(attempt), works ? 1 : 0);
    }

    /// The program itself, when it works.
    void theProcess()
    {
        const Image image;
        const HttpServer server{[&](const auto& request) { return honest(image, request); }};
        const auto fetcher = start();
        const auto resolved = fetcher->resolve(nameAt(server), quickAccess(), {"amd64", "linux", ""}, {});
        QVERIFY2(resolved, said(resolved).c_str());
        const auto processes = childProcesses();
        QCOMPARE(processes.size(), 1u);
        const auto pid = processes.front();
        const auto user = QByteArray::number(0x70000000u + static_cast<unsigned>(pid));
        QCOMPARE(statusField(pid, "Uid:"), user + '\t' + user + '\t' + user + '\t' + user);
        QCOMPARE(statusField(pid, "Groups:"), QByteArray{});
        for (const char* set : {"CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"})
            QCOMPARE(statusField(pid, set), QByteArray(16, '0'));
        QCOMPARE(statusField(pid, "NoNewPrivs:"), "1");
        QCOMPARE(statusField(pid, "Seccomp:"), "2");
    }

    void endsWithItsOwner()
    {
        auto fetcher = start();
        const auto processes = childProcesses();
        QCOMPARE(processes.size(), 1u);
        const auto process = os::openPidfd(processes.front()).value();
        fetcher.reset();
        QVERIFY(os::waitUntilEnded(process.borrow(), 10s).value());
    }

    void endsWhenItsOwnerIsKilled()
    {
        auto sockets = os::makeSocketPair().value();
        const pid_t owner = ::fork();
        if (owner == 0) {
            const auto fetcher = start();
            std::ignore = os::sendDatagram(sockets.second.borrow(), std::to_string(childProcesses().front()));
            ::pause();
            ::_exit(0);
        }
        const auto message = os::receiveDatagram(sockets.first.borrow(), 100).value();
        const auto process = os::openPidfd(std::stoi(message->data)).value();
        ::kill(owner, SIGKILL);
        ::waitpid(owner, nullptr, 0);
        QVERIFY(os::waitUntilEnded(process.borrow(), 10s).value());
    }

    void saysThatItWasKilled()
    {
        const HttpServer server{[](const auto&) { return HttpServer::Reply{200, {}, {}, -1, -1, false, true}; }};
        const auto fetcher = start();
        std::jthread killer{[&] {
            while (server.requests().isEmpty())
                std::this_thread::sleep_for(5ms);
            ::kill(childProcesses().front(), SIGKILL);
        }};
        const auto resolved = fetcher->resolve(nameAt(server), quickAccess(), {}, {});
        QVERIFY(!resolved);
        QVERIFY2(said(resolved).starts_with("Failed: lamella-fetcher has ended"), said(resolved).c_str());
        QVERIFY(!fetcher->resolve(nameAt(server), quickAccess(), {}, {}));
    }
};

QTEST_GUILESS_MAIN(TstFetcherConfinement)
#include "tst_fetcher_confinement.moc"
