// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/spec.h"

#include <cstdint>
#include <linux/filter.h>
#include <span>
#include <vector>

namespace lamella::runtime {

/// Instructions that go before a filter: a call with a number above every one that `profile` names gets ENOSYS instead
/// of the default action, where that is an error or a kill. Such a call is newer than the profile, and the C library
/// falls back to an older one on ENOSYS alone; it is refused either way. With any other default action, and where the
/// profile's own errno is ENOSYS: none. `architectures` are libseccomp's tokens. Falls through at its end.
std::vector<sock_filter> refuseNewerCalls(const oci::Seccomp& profile, std::span<const std::uint32_t> architectures);

} // namespace lamella::runtime
