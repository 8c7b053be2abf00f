// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/files.h"

#include "engine/cgroup/wait.h"

#include <array>
#include <charconv>
#include <climits>
#include <dirent.h>
#include <fcntl.h>
#include <limits>
#include <linux/openat2.h>
#include <memory>
#include <optional>
#include <sys/stat.h>
#include <sys/syscall.h>

namespace lamella::cgroup {

namespace {

constexpr std::size_t kLongestFile = 4u << 20;

std::string described(const std::string& path, std::string_view value)
{
    const auto slash = path.rfind('/');
    std::string text = "cannot write \"";
    text += value;
    text += "\" to ";
    text += slash == std::string::npos ? path : path.substr(slash + 1) + " of /" + path.substr(0, slash);
    return text;
}

std::optional<std::uint64_t> number(std::string_view text)
{
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end == text.data())
        return std::nullopt;
    return value;
}

// kernfs answers ENODEV for a file of a cgroup that is being removed.
std::unexpected<Error> accessFailure(std::string_view what)
{
    auto error = Error::system(errno, what);
    if (error.errnum == ENODEV)
        error.kind = ErrorKind::NotFound;
    else if (error.errnum == EINVAL || error.errnum == ERANGE)
        error.kind = ErrorKind::InvalidArgument;
    return std::unexpected(std::move(error));
}

void appendPids(std::string_view text, std::vector<pid_t>& pids)
{
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (const auto pid = number(text.substr(0, end)); pid && *pid > 0 && *pid <= INT_MAX)
            pids.push_back(static_cast<pid_t>(*pid));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

// kernfs counts directories as links, like other file systems: 2 means that there is none below.
bool hasChildren(BorrowedFd tree, const std::string& path)
{
    struct stat info = {};
    return ::fstatat(tree.get(), path.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0 && info.st_nlink != 2;
}

Result<bool> tryRemove(BorrowedFd tree, const std::string& path)
{
    if (::unlinkat(tree.get(), path.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT)
        return true;
    if (errno != EBUSY && errno != ENOTEMPTY)
        return systemFailure("cannot remove the cgroup /" + path);
    if (hasChildren(tree, path)) {
        for (const auto& child : TRY(childrenAt(tree, path)))
            TRY(tryRemove(tree, path + '/' + child));
    }
    return false;
}

} // namespace

UniqueFd openPlain(BorrowedFd tree, const std::string& path, int flags)
{
    open_how how = {};
    how.flags = static_cast<std::uint64_t>(flags) | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    return UniqueFd{static_cast<int>(::syscall(SYS_openat2, tree.get(), path.c_str(), &how, sizeof how))};
}

Result<void> writeAt(BorrowedFd tree, const std::string& path, std::string_view value)
{
    const UniqueFd fd = openPlain(tree, path, O_WRONLY);
    if (!fd || ::write(fd.get(), value.data(), value.size()) < 0)
        return accessFailure(described(path, value));
    return {};
}

Result<std::string> readAt(BorrowedFd tree, const std::string& path)
{
    const UniqueFd fd{::openat(tree.get(), path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd)
        return accessFailure("cannot open " + path);
    std::string text;
    std::array<char, 8192> part;
    while (true) {
        const ssize_t count = ::read(fd.get(), part.data(), part.size());
        if (count < 0)
            return accessFailure("cannot read " + path);
        text.append(part.data(), static_cast<std::size_t>(count));
        if (count == 0)
            return text;
        if (text.size() > kLongestFile)
            return failure(ErrorKind::LimitExceeded, "cannot read " + path + ": it is longer than 4 MiB");
    }
}

Result<std::uint64_t> readNumberAt(BorrowedFd tree, const std::string& path)
{
    const std::string text = TRY(readAt(tree, path));
    if (text.starts_with("max"))
        return std::numeric_limits<std::uint64_t>::max();
    if (const auto value = number(text))
        return *value;
    return failure(ErrorKind::Failed, "cannot read " + path + ": it holds no number");
}

std::uint64_t keyedNumber(std::string_view text, std::string_view key)
{
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        if (line.size() > key.size() && line.starts_with(key) && line[key.size()] == ' ')
            return number(line.substr(key.size() + 1)).value_or(0);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return 0;
}

Result<std::vector<std::string>> childrenAt(BorrowedFd tree, const std::string& path)
{
    const int fd = ::openat(tree.get(), path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return systemFailure("cannot open the cgroup /" + path);
    const std::unique_ptr<DIR, int (*)(DIR*)> directory{::fdopendir(fd), ::closedir};
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(directory.get())) {
        const std::string_view name = entry->d_name;
        if (entry->d_type == DT_DIR && name != "." && name != "..")
            names.emplace_back(name);
    }
    return names;
}

Result<std::vector<pid_t>> processesAt(BorrowedFd tree, const std::string& path)
{
    std::vector<pid_t> pids;
    appendPids(TRY(readAt(tree, path + "/cgroup.procs")), pids);
    if (!hasChildren(tree, path))
        return pids;
    for (const auto& child : TRY(childrenAt(tree, path))) {
        const auto below = processesAt(tree, path + '/' + child);
        if (below)
            pids.insert(pids.end(), below->begin(), below->end());
        else if (below.error().kind != ErrorKind::NotFound) // removed meanwhile
            return std::unexpected(below.error());
    }
    return pids;
}

Result<void> removeAt(BorrowedFd tree, const std::string& path)
{
    const auto gone = TRY(waitFor([&] { return tryRemove(tree, path); }, std::chrono::milliseconds{2000}));
    if (!gone)
        return failure(ErrorKind::Busy, "cannot remove the cgroup /" + path + ": processes are left in it");
    return {};
}

Result<std::string> relativePath(const std::string& path)
{
    std::string clean;
    std::string_view rest = path;
    while (!rest.empty()) {
        const auto end = std::min(rest.find('/'), rest.size());
        const auto part = rest.substr(0, end);
        if (part == "." || part == ".." || part.size() > NAME_MAX
            || part.find_first_of(std::string_view{"\n\0", 2}) != part.npos)
            return failure(ErrorKind::InvalidArgument, "\"" + path + "\" is not the path of a cgroup");
        if (!part.empty())
            clean.append(clean.empty() ? "" : "/").append(part);
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (clean.empty() || clean.size() > PATH_MAX / 2)
        return failure(ErrorKind::InvalidArgument, "\"" + path + "\" is not the path of a cgroup");
    return clean;
}

} // namespace lamella::cgroup
