// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

namespace lamella::runtime {

/// Leaves the caller's session keyring for a new one without a name, of the calling user's quota. False with errno; true
/// where the kernel has no keyrings. Async-signal-safe.
bool leaveSessionKeyring();

/// Joins the session keyring `name`, which is made where there is none (keyctl(2), KEYCTL_JOIN_SESSION_KEYRING), so
/// that a program does not inherit the keys of who started it. Another process of the same user and user namespace may
/// join it by its name. False with errno; true where the kernel has no keyrings. Async-signal-safe.
bool joinSessionKeyring(const char* name);

/// The name of a container's session keyring, as runc has it: a later exec() finds it by that.
std::string sessionKeyringOf(const std::string& id);

} // namespace lamella::runtime
