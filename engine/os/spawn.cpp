// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/spawn.h"

#include "engine/base/compose.h"

#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace lamella::os {

namespace {

constexpr int kAboveAll = 64; // where no descriptor of the program will be
constexpr short kFlags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;

} // namespace

Spawn::Spawn()
{
    sigset_t none;
    sigset_t all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    ::posix_spawnattr_init(&m_attributes);
    ::posix_spawnattr_setsigmask(&m_attributes, &none);
    ::posix_spawnattr_setsigdefault(&m_attributes, &all);
    ::posix_spawnattr_setflags(&m_attributes, kFlags);
    ::posix_spawn_file_actions_init(&m_actions);
    ::posix_spawn_file_actions_addopen(&m_actions, STDIN_FILENO, "/dev/null", O_RDWR, 0);
    ::posix_spawn_file_actions_adddup2(&m_actions, STDIN_FILENO, STDOUT_FILENO);
}

Spawn::~Spawn()
{
    ::posix_spawn_file_actions_destroy(&m_actions);
    ::posix_spawnattr_destroy(&m_attributes);
}

void Spawn::leadSession()
{
    ::posix_spawnattr_setflags(&m_attributes, kFlags | POSIX_SPAWN_SETSID);
}

// A copy above all numbers that the child uses, so that no dup2 overwrites what a later one needs.
Result<void> Spawn::pass(BorrowedFd fd, int number)
{
    UniqueFd copy{::fcntl(fd.get(), F_DUPFD_CLOEXEC, kAboveAll)};
    if (!copy)
        return systemFailure("cannot duplicate a descriptor for a program");
    ::posix_spawn_file_actions_adddup2(&m_actions, copy.get(), number);
    m_copies.push_back(std::move(copy));
    return {};
}

Result<UniqueFd> Spawn::run(const std::filesystem::path& program, const std::vector<std::string>& arguments) const
{
    std::vector<char*> argv;
    for (const auto& argument : arguments)
        argv.push_back(const_cast<char*>(argument.c_str())); // argv is not const for C's sake
    argv.push_back(nullptr);
    char* environment[] = {nullptr};
    int pidfd = -1;
    const int code = ::pidfd_spawn(&pidfd, program.c_str(), &m_actions, &m_attributes, argv.data(), environment);
    if (code != 0)
        return systemFailure(compose("cannot start {}", program.string()), code);
    return UniqueFd{pidfd};
}

} // namespace lamella::os
