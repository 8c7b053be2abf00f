// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/spec.h"

#include <string>
#include <string_view>
#include <vector>

/// Seccomp profiles as the field writes them: runtime-spec's linux.seccomp, and beside it archMap and what each rule
/// includes and excludes (capabilities, architectures, the kernel's version). Docker and containers-common share this
/// format.
namespace lamella::oci {

/// What a profile says for this machine and a container with these capabilities ("CAP_SYS_ADMIN"), as config.json takes
/// it. A rule holds where the container has all capabilities that it includes and none that it excludes. Errors:
/// InvalidArgument with the JSON path, Unsupported (a listener, an unknown action), LimitExceeded (above 1 MiB).
Result<Seccomp> resolveProfile(std::string_view json, const std::vector<std::string>& capabilities);

/// The same for a machine that the caller names: Go's word for its architecture ("amd64"), libseccomp's
/// ("SCMP_ARCH_X86_64") and the kernel's version.
struct Machine {
    std::string architecture;
    std::string seccompArchitecture;
    unsigned kernelMajor = 0;
    unsigned kernelMinor = 0;
};
Result<Seccomp> resolveProfile(std::string_view json, const std::vector<std::string>& capabilities,
                               const Machine& machine);

} // namespace lamella::oci
