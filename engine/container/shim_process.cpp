// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/shim_process.h"

#include "engine/os/file.h"
#include "engine/os/memfd.h"
#include "engine/os/process.h"
#include "engine/os/socket.h"
#include "engine/os/spawn.h"
#include "engine/shim/protocol.h"

#include <fcntl.h>
#include <unistd.h>

extern "C" { // glibc 2.41's header lacks it
#include <sys/pidfd.h>
}

namespace lamella::container {

Result<UniqueFd> loadShimProgram(const std::filesystem::path& program)
{
    const UniqueFd file = TRY(os::open(program, O_RDONLY));
    return os::sealedCopy("lamella-shim", file.borrow());
}

Result<ShimProcess> spawnShim(BorrowedFd program, const ShimArguments& arguments)
{
    os::SocketPair ends = TRY(os::makeSocketPair(SOCK_SEQPACKET));
    shim::enlargeBuffers(ends.first.borrow());
    os::Spawn spawn;
    spawn.leadSession();
    TRY(spawn.pass(ends.second.borrow(), shim::kFirstConnection));
    // By its descriptor: the memfd has no other name, and is closed by the exec that it is the program of.
    UniqueFd pidfd = TRY_WITHIN("lamella-shim",
                                spawn.run(os::descriptorPath(program),
                                          {"lamella-shim", "--id", arguments.id, "--bundle", arguments.bundle, "--run",
                                           arguments.run, "--log", arguments.log, "--exit", arguments.exit}));
    ShimProcess process{0, std::move(pidfd), std::move(ends.first)};
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
