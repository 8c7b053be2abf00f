// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/keyring.h"

#include <cerrno>
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace lamella::runtime {

namespace {

/// What the kernel gives a new session keyring (all to its possessor; view, read and link to its user), and
/// KEY_USR_SEARCH, without which nobody can join it by its name. The bits are those of the kernel's
/// include/linux/key.h.
constexpr unsigned kPermissions = 0x3f000000U | 0x00010000U | 0x00020000U | 0x00100000U | 0x00080000U;

} // namespace

bool leaveSessionKeyring()
{
    return ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, nullptr) >= 0 || errno == ENOSYS;
}

bool joinSessionKeyring(const char* name)
{
    const long keyring = ::syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name);
    if (keyring < 0)
        return errno == ENOSYS;
    return ::syscall(SYS_keyctl, KEYCTL_SETPERM, keyring, kPermissions) == 0;
}

std::string sessionKeyringOf(const std::string& id)
{
    return "_ses." + id;
}

} // namespace lamella::runtime
