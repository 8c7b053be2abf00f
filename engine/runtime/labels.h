// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/oci/spec.h"
#include "engine/rootfs/reporter.h"

#include <string>

/// The labels of security modules: AppArmor's profile and SELinux's context of a program.
namespace lamella::runtime {

/// Unsupported where a label is wanted of a module that this kernel does not run: without it the container would be
/// less confined than asked for.
Result<void> needModules(const oci::Process& process, const oci::Linux& linux);

/// What the program's execve(2) changes to, ready for a child that may not allocate.
struct ProgramLabel {
    const char* attribute = nullptr; ///< below /proc/PID/task/TID/attr; null: no label
    std::string value;
};
ProgramLabel programLabel(const oci::Process& process);

/// Opens the attribute of the calling thread in `procfs`, one that was mounted for this, so that no mount of a
/// container can stand before it (CVE-2019-16884, CVE-2025-52881). Called before anything of the container is entered.
/// No descriptor where there is no label.
UniqueFd openLabel(const ProgramLabel& label, BorrowedFd procfs, const rootfs::Reporter& reporter);

/// Sets it for the next execve(2).
void writeLabel(const ProgramLabel& label, BorrowedFd attribute, const rootfs::Reporter& reporter);

} // namespace lamella::runtime
