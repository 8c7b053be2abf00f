// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"
#include "engine/os/file.h"

#include <atomic>
#include <cstdio>

namespace lamella::os {

namespace {

Result<void> writeControlTo(const UniqueFd& file, std::string_view name, std::string_view text)
{
    const ssize_t n = ::write(file.get(), text.data(), text.size());
    if (n < 0 || static_cast<std::size_t>(n) != text.size()) {
        const int errnum = n < 0 ? errno : EIO;
        return systemFailure(compose("cannot write \"{}\" to {}", text.substr(0, 64), name), errnum);
    }
    return {};
}

/// A name beside `path` that no other writer of this machine uses at the same time.
std::string temporaryName(const std::filesystem::path& path)
{
    static std::atomic<unsigned> counter{0};
    return compose(".{}.{}.{}", path.filename().native(), ::getpid(), counter.fetch_add(1));
}

Result<void> writeNew(BorrowedFd directory, const std::string& name, std::string_view content, mode_t mode, Sync sync)
{
    const UniqueFd file = TRY(openAt(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode));
    if (::fchmod(file.get(), mode) != 0)
        return systemFailure(compose("cannot set the mode of {}", name));
    TRY(writeAll(file.borrow(), content, name));
    if (sync == Sync::Yes && ::fsync(file.get()) != 0)
        return systemFailure(compose("cannot sync {}", name));
    return {};
}

} // namespace

Result<void> writeAll(BorrowedFd file, std::string_view data, std::string_view what)
{
    while (!data.empty()) {
        const ssize_t n = ::write(file.get(), data.data(), data.size());
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return systemFailure(compose("cannot write {}", what));
        data.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

Result<void> writeControl(const std::filesystem::path& path, std::string_view text)
{
    const UniqueFd file = TRY(open(path, O_WRONLY));
    return writeControlTo(file, path.native(), text);
}

Result<void> replaceFile(const std::filesystem::path& path, std::string_view content, mode_t mode, Sync sync)
{
    const std::filesystem::path parent = path.has_parent_path() ? path.parent_path() : ".";
    const UniqueFd directory = TRY(open(parent, O_RDONLY | O_DIRECTORY));
    const std::string temporary = temporaryName(path);
    if (auto written = writeNew(directory.borrow(), temporary, content, mode, sync); !written) {
        ::unlinkat(directory.get(), temporary.c_str(), 0);
        return std::unexpected(std::move(written).error().within(compose("cannot replace {}", path.native())));
    }
    if (::renameat(directory.get(), temporary.c_str(), directory.get(), path.filename().c_str()) != 0) {
        const int errnum = errno;
        ::unlinkat(directory.get(), temporary.c_str(), 0);
        return systemFailure(compose("cannot replace {}", path.native()), errnum);
    }
    if (sync == Sync::Yes && ::fsync(directory.get()) != 0)
        return systemFailure(compose("cannot sync {}", parent.native()));
    return {};
}

Result<void> makeDirectory(const std::filesystem::path& path, mode_t mode)
{
    if (::mkdir(path.c_str(), mode) == 0) {
        if (::chmod(path.c_str(), mode) != 0)
            return systemFailure(compose("cannot set the mode of {}", path.native()));
        return {};
    }
    const int errnum = errno;
    struct stat info{};
    if (errnum == EEXIST && ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode))
        return {};
    return systemFailure(compose("cannot make the directory {}", path.native()), errnum);
}

Result<void> makeDirectories(const std::filesystem::path& path, mode_t mode)
{
    std::filesystem::path current;
    for (const auto& component : path) {
        current /= component;
        struct stat info{};
        if (component.empty() || (::stat(current.c_str(), &info) == 0 && S_ISDIR(info.st_mode)))
            continue;
        TRY(makeDirectory(current, mode));
    }
    return {};
}

} // namespace lamella::os
