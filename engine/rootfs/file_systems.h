// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/oci/mount_options.h"

namespace lamella::rootfs {

/// Whether the host makes a file system of this type: one of the machine's, which a user namespace may not mount, or
/// one of a namespace that is not the container's own.
bool isMadeByHost(const std::string& type, const oci::Spec& spec);

/// The file system of `mount`, detached. Where this process may not mount a sysfs or procfs, because it only sees part
/// of the machine's itself, it is a copy of what it sees.
Result<UniqueFd> makeHostFileSystem(const oci::Mount& mount, const oci::MountOptions& options);

/// Has a new file system of this type label all its files with linux.mountLabel, where that is not empty: SELinux's
/// option "context" (selinux(8); mount(8), "context="). Not with proc, sysfs and mqueue, whose files have labels of
/// their own or come with their namespace.
void addContext(const std::string& type, const std::string& mountLabel, oci::MountOptions& options);

/// options.data as fsconfig(2) takes it.
std::vector<std::pair<std::string, std::string>> dataOf(const oci::Mount& mount, const oci::MountOptions& options);

/// Whether what is in a new file system of this type is the kernel's or nothing: no disk, no layers of an image.
bool isOfKernel(const std::string& type);

/// mount.source, or the type where it has none: what stands in the first column of /proc/mounts.
std::string sourceOf(const oci::Mount& mount);

} // namespace lamella::rootfs
