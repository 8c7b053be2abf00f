// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

/// Where mounts go, found inside the root only. Async-signal-safe: for the child between clone3(2) and execve(2).
namespace lamella::rootfs {

enum class Missing { Fail, MakeDirectory, MakeFile };

/// An O_PATH descriptor of `path` inside `root` (close-on-exec), or -1 with errno. Symlinks and ".." are resolved as
/// inside the root, whoever changes them meanwhile (openat2(2)); what is missing is made, component by component,
/// through descriptors, and so is what a symlink leads to. `made` (may be null) says whether anything was.
int openTarget(int root, const char* path, Missing missing, bool noSymlinks = false, bool* made = nullptr);

/// openat2(2) with RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS and `resolve`; -1 with errno.
int openInRootRaw(int root, const char* path, int flags, std::uint64_t resolve = 0);

} // namespace lamella::rootfs
