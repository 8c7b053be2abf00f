// SPDX-License-Identifier: GPL-3.0-or-later
#include "cgroup_v2_guest.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

namespace lamella::test {

pid_t spawn(const Cgroup& group, const std::function<int()>& body)
{
    const auto descriptors = group.joinDescriptors();
    if (!descriptors)
        return -1;
    const pid_t pid = ::fork();
    if (pid != 0)
        return pid;
    for (const auto& fd : *descriptors) {
        if (::write(fd.get(), "0", 1) != 1)
            ::_exit(200);
    }
    ::_exit(body());
}

int exitCode(pid_t pid)
{
    int status = 0;
    if (::waitpid(pid, &status, 0) != pid)
        return 1000;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

int sleepForever()
{
    while (true)
        ::pause();
}

int spinForever()
{
    while (true)
        asm volatile("");
}

int useMemory(std::size_t megabytes)
{
    const std::size_t size = megabytes << 20;
    void* memory = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return 100;
    std::memset(memory, 1, size);
    return 0;
}

int openDevice(mode_t type, unsigned majorNumber, unsigned minorNumber)
{
    if (::mknod("/tmp/node", type | 0600, makedev(majorNumber, minorNumber)) != 0)
        return errno;
    const int fd = ::open("/tmp/node", O_RDWR | O_NONBLOCK | O_NOCTTY);
    const int error = fd < 0 ? errno : 0;
    ::unlink("/tmp/node");
    return error;
}

} // namespace lamella::test
