// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/state_directories.h"

#include <fcntl.h>
#include <format>
#include <sys/file.h>
#include <sys/stat.h>

namespace lamella::helper {

Result<void> makePrivateDirectory(const std::filesystem::path& directory)
{
    const std::string what = std::format("cannot make the directory {}", directory.string());
    std::error_code error;
    std::filesystem::create_directories(directory.parent_path(), error);
    if (error)
        return systemFailure(what, error.value());
    if (::mkdir(directory.c_str(), 0700) < 0 && errno != EEXIST)
        return systemFailure(what);
    const UniqueFd opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat status{};
    if (!opened || ::fstat(opened.get(), &status) < 0)
        return systemFailure(what);
    if (status.st_uid != ::geteuid())
        return failure(ErrorKind::NotAuthorized,
                       std::format("{} belongs to uid {}", directory.string(), status.st_uid));
    if (::fchmod(opened.get(), 0700) < 0)
        return systemFailure(what);
    return {};
}

Result<UniqueFd> lockRoot(const std::filesystem::path& root)
{
    const std::filesystem::path file = root / "lock";
    UniqueFd lock(::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!lock)
        return systemFailure(std::format("cannot open {}", file.string()));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) == 0)
        return lock;
    if (errno == EWOULDBLOCK)
        return failure(ErrorKind::Busy, std::format("another lamella-helper works on {}", root.string()));
    return systemFailure(std::format("cannot lock {}", file.string()));
}

} // namespace lamella::helper
