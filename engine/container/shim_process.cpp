// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/shim_process.h"

#include "engine/os/file.h"
#include "engine/os/memfd.h"
#include "engine/os/process.h"
#include "engine/os/socket.h"
#include "engine/shim/protocol.h"

#include <array>
#include <csignal>
#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

extern "C" { // glibc 2.41's header lacks it
#include <sys/pidfd.h>
}

namespace lamella::container {

namespace {

/// posix_spawn's attributes and file actions: given back when they go.
class SpawnSetup {
public:
    SpawnSetup()
    {
        ::posix_spawnattr_init(&m_attributes);
        ::posix_spawn_file_actions_init(&m_actions);
    }
    ~SpawnSetup()
    {
        ::posix_spawn_file_actions_destroy(&m_actions);
        ::posix_spawnattr_destroy(&m_attributes);
    }
    SpawnSetup(const SpawnSetup&) = delete;
    SpawnSetup& operator=(const SpawnSetup&) = delete;

    /// Default signals, an empty mask, a session of its own, /dev/null, and `connection` at kFirstConnection.
    Result<void> prepare(BorrowedFd connection)
    {
        sigset_t none;
        sigset_t all;
        ::sigemptyset(&none);
        ::sigfillset(&all);
        ::posix_spawnattr_setsigmask(&m_attributes, &none);
        ::posix_spawnattr_setsigdefault(&m_attributes, &all);
        ::posix_spawnattr_setflags(&m_attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
        int failed = ::posix_spawn_file_actions_addopen(&m_actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        if (failed == 0)
            failed = ::posix_spawn_file_actions_addopen(&m_actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        if (failed == 0)
            failed = ::posix_spawn_file_actions_adddup2(&m_actions, connection.get(), shim::kFirstConnection);
        if (failed != 0)
            return systemFailure("cannot prepare the shim's descriptors", failed);
        return {};
    }

    const posix_spawnattr_t* attributes() const { return &m_attributes; }
    const posix_spawn_file_actions_t* actions() const { return &m_actions; }

private:
    posix_spawnattr_t m_attributes;
    posix_spawn_file_actions_t m_actions;
};

} // namespace

Result<UniqueFd> loadShimProgram(const std::filesystem::path& program)
{
    const UniqueFd file = TRY(os::open(program, O_RDONLY));
    return os::sealedCopy("lamella-shim", file.borrow());
}

Result<ShimProcess> spawnShim(BorrowedFd program, const ShimArguments& arguments)
{
    os::SocketPair ends = TRY(os::makeSocketPair(SOCK_SEQPACKET));
    shim::enlargeBuffers(ends.first.borrow());
    SpawnSetup setup;
    TRY(setup.prepare(ends.second.borrow()));
    std::array<std::string, 11> text{
        "lamella-shim",         "--id",  arguments.id,           "--bundle", arguments.bundle.string(), "--run",
        arguments.run.string(), "--log", arguments.log.string(), "--exit",   arguments.exit.string()};
    std::array<char*, text.size() + 1> argv{};
    for (std::size_t i = 0; i < text.size(); ++i)
        argv[i] = text[i].data();
    std::array<char*, 1> environment{};
    int pidfd = -1;
    // By its descriptor: the memfd has no other name, and is closed by the exec that it is the program of.
    const int failed = ::pidfd_spawn(&pidfd, os::descriptorPath(program).c_str(), setup.actions(), setup.attributes(),
                                     argv.data(), environment.data());
    if (failed != 0)
        return systemFailure("cannot start lamella-shim", failed);
    ShimProcess process{0, UniqueFd{pidfd}, std::move(ends.first)};
    process.pid = ::pidfd_getpid(process.pidfd.get());
    return process;
}

Result<ShimProcess> connectToShim(const std::filesystem::path& run)
{
    UniqueFd connection = TRY(os::connectUnix(run / "shim.sock", SOCK_SEQPACKET | SOCK_NONBLOCK));
    const ucred peer = TRY(os::peerCredentials(connection.borrow()));
    if (peer.uid != ::geteuid())
        return failure(ErrorKind::NotAuthorized, "another user listens where a shim should");
    shim::enlargeBuffers(connection.borrow());
    UniqueFd pidfd = TRY(os::openPidfd(peer.pid));
    return ShimProcess{peer.pid, std::move(pidfd), std::move(connection)};
}

} // namespace lamella::container
