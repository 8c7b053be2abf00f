// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/oci/spec.h"

#include <filesystem>
#include <linux/filter.h>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// linux.seccomp of a bundle as a program for the kernel (seccomp(2), config-linux.md "Seccomp").
namespace lamella::runtime {

/// Compiles with libseccomp as a binary tree, which the kernel checks in a third of the time of a chain. Calls that
/// libseccomp does not know are left out, and so are architectures that it does not know. Calls that are newer than the
/// profile do not exist (see refuseNewerCalls()). Takes a few milliseconds: see cachedSeccomp(). Errors:
/// InvalidArgument (an action, operator or flag that does not exist).
Result<std::vector<sock_filter>> compileSeccomp(const oci::Seccomp& profile);

/// Where every start looks for its compiled filter; what /run forgets with a reboot is compiled again.
inline constexpr std::string_view kSeccompCache = "/run/lamella/seccomp";

/// compileSeccomp(), remembered in `directory`, which is made with mode 0700 where it is missing, with its parent. What
/// is not the caller's own, writable by others, a link, too long or written for another profile, library or
/// architecture is not used. A cache that cannot be used costs time and is no error.
Result<std::vector<sock_filter>> cachedSeccomp(const oci::Seccomp& profile, const std::filesystem::path& directory);

/// The profile's flags as seccomp(2) takes them (SECCOMP_FILTER_FLAG_LOG, …), without what means nothing here: a
/// process with a listener has one thread, and one without has nobody to wait for. Errors: InvalidArgument.
Result<unsigned> seccompFlags(const oci::Seccomp& profile);

/// What the features document lists: the flags, and the architectures that this libseccomp knows.
std::vector<std::string_view> knownSeccompFlags();
std::vector<std::string> knownSeccompArchitectures();

/// Puts the filter on the calling thread for good. Needs CAP_SYS_ADMIN in its user namespace or no_new_privs. Allocates
/// and locks nothing, for use between clone and exec. Returns errno, or 0.
int loadSeccomp(std::span<const sock_filter> program, unsigned flags) noexcept;

/// loadSeccomp() with a listener for SCMP_ACT_NOTIFY: returns its descriptor, which is close-on-exec, or -1 with errno.
int loadNotifyingSeccomp(std::span<const sock_filter> program, unsigned flags) noexcept;

/// Everything that the compiled program depends on, as text; the cache's key.
std::string seccompKey(const oci::Seccomp& profile);

} // namespace lamella::runtime
