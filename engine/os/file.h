// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <cstdint>
#include <fcntl.h>
#include <filesystem>
#include <linux/openat2.h>
#include <string>
#include <string_view>
#include <sys/stat.h>

/// Opening, reading and writing files by descriptor. Every descriptor that is made here is close-on-exec.
namespace lamella::os {

/// Longest file that readFile() takes when the caller does not say.
inline constexpr std::size_t kReadLimit = 4u << 20;

/// open(2). The error says "cannot open PATH".
Result<UniqueFd> open(const std::filesystem::path& path, int flags, mode_t mode = 0);

/// openat(2), for names that this program made itself; for foreign names there is openBeneath().
Result<UniqueFd> openAt(BorrowedFd directory, const std::string& name, int flags, mode_t mode = 0);

/// Opens `path` below `directory`; what would leave it (an absolute name, "..", a symlink outwards) is an error
/// (EXDEV). `resolve` adds RESOLVE_ flags, for example RESOLVE_NO_SYMLINKS. openat2(2), RESOLVE_BENEATH.
Result<UniqueFd> openBeneath(BorrowedFd directory, const std::string& path, int flags, mode_t mode = 0,
                             std::uint64_t resolve = 0);

/// Reads from the descriptor's position to the end. Errors: LimitExceeded where there is more than `limit` bytes.
Result<std::string> readAll(BorrowedFd file, std::string_view what, std::size_t limit = kReadLimit);
Result<std::string> readFile(const std::filesystem::path& path, std::size_t limit = kReadLimit);

/// Writes all of `data`, however many write(2) calls that takes.
Result<void> writeAll(BorrowedFd file, std::string_view data, std::string_view what);

/// Writes `text` to a file that exists, in one write(2) as the files of procfs, sysfs and cgroups need it.
Result<void> writeControl(const std::filesystem::path& path, std::string_view text);

/// Replaces `path` by a file with this content so that a crash at any point leaves either the old or the new one:
/// written to a temporary name beside it, synced, renamed, and the directory synced.
/// `Sync::No` leaves out the syncing, for what a reboot forgets anyway: then only a crash of the program is covered.
enum class Sync { Yes, No };
Result<void> replaceFile(const std::filesystem::path& path, std::string_view content, mode_t mode = 0600,
                         Sync sync = Sync::Yes);

/// mkdir(2) that finds it well when the directory is there already. The mode is exact (the umask does not count) for a
/// new one.
Result<void> makeDirectory(const std::filesystem::path& path, mode_t mode = 0755);

/// makeDirectory() for each missing component.
Result<void> makeDirectories(const std::filesystem::path& path, mode_t mode = 0755);

/// fstat(2).
Result<struct stat> status(BorrowedFd file, std::string_view what);

/// A second descriptor for the same open file, close-on-exec.
Result<UniqueFd> duplicate(BorrowedFd file);

/// "/proc/self/fd/N": for system calls that know only paths.
std::string descriptorPath(BorrowedFd file);

/// Opens /dev/null where a standard stream is closed. Without it the next file that is opened becomes one, and is
/// handed on as such. Called before anything else is opened.
Result<void> fillStandardStreams();

} // namespace lamella::os
