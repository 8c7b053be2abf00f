// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace lamella::rootfs {

/// Copies what is in the directory `from` into the empty directory `to`: files of every type with their content, owner,
/// permissions and times (no extended attributes; a file of two names becomes two files). What is mounted below `from`
/// is left out but for its mount point. No symlink is followed and no name is used twice, so that others may change
/// `from` meanwhile. Async-signal-safe, for the child between clone3(2) and execve(2). False with errno.
bool copyUp(int from, int to);

} // namespace lamella::rootfs
