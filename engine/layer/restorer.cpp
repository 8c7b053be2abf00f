// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/restorer.h"

#include "engine/layer/file_attributes.h"
#include "engine/layer/regular_file.h"
#include "engine/layer/tree.h"
#include "engine/os/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <format>

namespace lamella::layer {

namespace {

constexpr std::size_t kMaxRestoredNames = 500'000; // of a directory
constexpr std::size_t kCopiedAtOnce = 1u << 20;
constexpr IdShift kAsTheyAre{0, UINT32_MAX, false};

std::array<timespec, 2> timesOf(const struct stat& status)
{
    return {status.st_mtim, status.st_mtim};
}

} // namespace

Restorer::Restorer(const MergedLower& from, BorrowedFd into, Options options)
    : m_from(from)
    , m_into(into)
    , m_options(std::move(options))
{
}

Result<void> Restorer::restore(const std::string& path)
{
    auto found = m_from.locate(path);
    if (!found)
        return failure(ErrorKind::NotFound, std::format("/{} is not in the image", path));
    std::vector<Item> directories;
    auto done = makeAll({path, std::move(*found)}, directories);
    // What is made in a directory changes its time; also where not all of it was made.
    for (; !directories.empty(); directories.pop_back()) {
        const auto& item = directories.back();
        const auto directory = openInside(m_into, item.path, O_RDONLY | O_DIRECTORY);
        const auto times = timesOf(item.found.status);
        if (directory)
            ::futimens(directory->get(), times.data());
    }
    return done;
}

Result<void> Restorer::makeAll(Item first, std::vector<Item>& directories)
{
    std::vector<Item> items;
    items.push_back(std::move(first));
    while (!items.empty()) {
        if (m_options.stop.stop_requested())
            return failure(ErrorKind::Cancelled, "undoing was cancelled");
        auto item = std::move(items.back());
        items.pop_back();
        TRY(make(item, items));
        if (S_ISDIR(item.found.status.st_mode))
            directories.push_back(std::move(item));
    }
    return {};
}

Result<void> Restorer::restoreAttributes(const std::string& path)
{
    auto found = m_from.locate(path);
    if (!found)
        return failure(ErrorKind::NotFound, std::format("/{} is not in the image", path));
    const Item item{path, std::move(*found)};
    const auto file = S_ISDIR(item.found.status.st_mode) ? TRY(openInside(m_into, path, O_RDONLY | O_DIRECTORY))
                                                         : TRY(openRegularFile(m_into, path));
    return setAttributes(item, file.borrow());
}

Result<void> Restorer::make(const Item& item, std::vector<Item>& next)
{
    const auto [parentPath, name] = splitPath(item.path);
    const auto parent = TRY(openInside(m_into, parentPath, O_RDONLY | O_DIRECTORY));
    if (S_ISDIR(item.found.status.st_mode))
        return makeDirectory(item, parent.borrow(), std::string{name}, next);
    if (S_ISREG(item.found.status.st_mode))
        TRY(makeFile(item, parent.borrow()));
    else
        TRY(makeOther(item, parent.borrow()));
    return moveIntoPlace(item, parent.borrow());
}

Result<void> Restorer::makeDirectory(const Item& item, BorrowedFd parent, const std::string& name,
                                     std::vector<Item>& next)
{
    if (::mkdirat(parent.get(), name.c_str(), 0700) != 0) {
        struct stat there{};
        const bool isDirectory = errno == EEXIST
            && ::fstatat(parent.get(), name.c_str(), &there, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(there.st_mode);
        if (!isDirectory) {
            TRY(removeTree(parent, name));
            if (::mkdirat(parent.get(), name.c_str(), 0700) != 0)
                return systemFailure(std::format("cannot make the directory /{}", item.path));
        }
    }
    // At once: whoever ends before all of it is there leaves a directory as the image has it.
    TRY(setAttributes(item, TRY(openInside(m_into, item.path, O_RDONLY | O_DIRECTORY)).borrow()));
    for (const auto& child : TRY(m_from.names(item.found.stack, item.path, kMaxRestoredNames))) {
        if (auto found = m_from.find(item.found.stack, item.path, child))
            next.push_back({std::format("{}/{}", item.path, child), std::move(*found)});
    }
    return {};
}

Result<void> Restorer::makeFile(const Item& item, BorrowedFd parent)
{
    const auto source = TRY(openRegularFile(m_from.layer(item.found.layer), item.path));
    TRY(m_options.mark(item.path));
    const auto file = TRY_WITHIN(std::format("cannot restore /{}", item.path),
                                 os::openAt(parent, m_options.temporaryName, O_WRONLY | O_CREAT | O_EXCL, 0600));
    TRY(copy(item, source.borrow(), file.borrow()));
    return setAttributes(item, file.borrow());
}

Result<void> Restorer::copy(const Item& item, BorrowedFd from, BorrowedFd to)
{
    const auto size = item.found.status.st_size;
    if (::ftruncate(to.get(), size) != 0)
        return systemFailure(std::format("cannot restore /{}", item.path));
    std::vector<std::byte> buffer(kCopiedAtOnce);
    for (off_t at = 0; at < size;) {
        if (m_options.stop.stop_requested())
            return failure(ErrorKind::Cancelled, "undoing was cancelled");
        at = ::lseek(from.get(), at, SEEK_DATA);
        if (at < 0 || at >= size)
            break; // a hole to the end
        const auto hole = ::lseek(from.get(), at, SEEK_HOLE);
        const auto piece
            = std::min<std::size_t>(buffer.size(), static_cast<std::size_t>((hole < 0 ? size : hole) - at));
        const auto count = ::pread(from.get(), buffer.data(), piece, at);
        if (count <= 0 || ::pwrite(to.get(), buffer.data(), static_cast<std::size_t>(count), at) != count)
            return systemFailure(std::format("cannot restore /{}", item.path));
        at += count;
        if (m_options.copied)
            m_options.copied({static_cast<std::uint64_t>(count)});
    }
    return {};
}

Result<void> Restorer::makeOther(const Item& item, BorrowedFd parent)
{
    const auto& status = item.found.status;
    const char* name = m_options.temporaryName.c_str();
    TRY(m_options.mark(item.path));
    bool isMade = false;
    if (S_ISLNK(status.st_mode)) {
        const auto link = TRY(openInside(m_from.layer(item.found.layer), item.path, O_PATH | O_NOFOLLOW));
        std::array<char, PATH_MAX> target{}; // one more than a target may have
        isMade = ::readlinkat(link.get(), "", target.data(), target.size() - 1) >= 0
            && ::symlinkat(target.data(), parent.get(), name) == 0;
    } else {
        isMade = ::mknodat(parent.get(), name, status.st_mode, status.st_rdev) == 0;
    }
    if (!isMade)
        return systemFailure(std::format("cannot restore /{}", item.path));
    // From here on it is not spoken of by its name: somebody inside may have put something else there.
    const auto made = TRY(openInside(parent, m_options.temporaryName, O_PATH | O_NOFOLLOW));
    const auto now = TRY(os::status(made.borrow(), item.path));
    if ((now.st_mode & S_IFMT) != (status.st_mode & S_IFMT) || now.st_rdev != status.st_rdev)
        return failure(ErrorKind::Busy, std::format("/{} was replaced while it was being restored", item.path));
    const auto times = timesOf(status);
    if (::fchownat(made.get(), "", status.st_uid + m_options.idBase, status.st_gid + m_options.idBase, AT_EMPTY_PATH)
            != 0
        || (!S_ISLNK(status.st_mode) && ::chmod(os::descriptorPath(made.borrow()).c_str(), status.st_mode & 07777) != 0)
        || ::utimensat(made.get(), "", times.data(), AT_EMPTY_PATH) != 0)
        return systemFailure(std::format("cannot restore /{}", item.path));
    return {};
}

Result<void> Restorer::setAttributes(const Item& item, BorrowedFd file)
{
    const auto& status = item.found.status;
    const auto source = TRY(openInside(m_from.layer(item.found.layer), item.path, O_RDONLY | O_NOFOLLOW));
    const auto xattrs = TRY(layerXattrs(source.borrow(), item.path, kAsTheyAre));
    const auto times = timesOf(status);
    // The owner first: changing it takes set-id bits and capabilities away.
    if (::fchown(file.get(), status.st_uid + m_options.idBase, status.st_gid + m_options.idBase) != 0
        || ::fchmod(file.get(), status.st_mode & 07777) != 0)
        return systemFailure(std::format("cannot restore /{}", item.path));
    TRY(setLayerXattrs(file, item.path, xattrs, m_options.idBase));
    if (::futimens(file.get(), times.data()) != 0)
        return systemFailure(std::format("cannot restore /{}", item.path));
    return {};
}

Result<void> Restorer::moveIntoPlace(const Item& item, BorrowedFd parent)
{
    const std::string name{splitPath(item.path).name};
    const auto move
        = [&] { return ::renameat(parent.get(), m_options.temporaryName.c_str(), parent.get(), name.c_str()) == 0; };
    if (move())
        return {};
    if (errno == EISDIR || errno == ENOTEMPTY || errno == EEXIST) {
        TRY(removeTree(parent, name));
        if (move())
            return {};
    }
    auto error = systemFailure(std::format("cannot restore /{}", item.path));
    ::unlinkat(parent.get(), m_options.temporaryName.c_str(), 0);
    return error;
}

} // namespace lamella::layer
