// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/file_changes.h"

#include "engine/container/new_file.h"
#include "engine/layer/digest.h"
#include "engine/layer/file_attributes.h"
#include "engine/layer/path_selection.h"
#include "engine/layer/regular_file.h"
#include "engine/layer/tree.h"
#include "engine/os/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <format>

namespace lamella::container {

namespace {

constexpr mode_t kUsualMode = 0644;
constexpr std::size_t kMostHashedBefore = 16u << 20;
constexpr std::size_t kWrittenAtOnce = 1u << 20;

std::string lastName(const std::string& path)
{
    return std::string{layer::splitPath(path).name};
}

std::unexpected<Error> cannotWrite(const std::string& path)
{
    return systemFailure(std::format("cannot write /{}", path));
}

Result<void> copyContent(BorrowedFd from, BorrowedFd to, std::uint64_t offset, const std::string& path)
{
    std::string buffer(kWrittenAtOnce, '\0');
    for (off_t at = 0;;) {
        const auto count = ::pread(from.get(), buffer.data(), buffer.size(), at);
        if (count < 0)
            return systemFailure("cannot read the new content");
        if (count == 0)
            return {};
        for (ssize_t done = 0; done < count;) {
            const auto written = ::pwrite(to.get(), buffer.data() + done, static_cast<std::size_t>(count - done),
                                          static_cast<off_t>(offset) + at + done);
            if (written < 0 && errno != EINTR)
                return cannotWrite(path);
            done += std::max<ssize_t>(written, 0);
        }
        at += count;
    }
}

/// The regular file that is there, as a place; none where nothing is.
Result<UniqueFd> findOld(const WritableTree& tree, BorrowedFd parent, const std::string& path)
{
    auto place = layer::openInside(parent, lastName(path), O_PATH | O_NOFOLLOW);
    if (!place)
        return place.error().kind == ErrorKind::NotFound ? Result<UniqueFd>{} : std::move(place);
    const auto status = TRY(os::status(place->borrow(), path));
    if (S_ISLNK(status.st_mode))
        return failure(ErrorKind::InvalidArgument, std::format("/{} is a link: name what it leads to", path));
    if (!S_ISREG(status.st_mode))
        return failure(ErrorKind::InvalidArgument, std::format("/{} is no regular file", path));
    TRY(tree.mayBeChanged(status, path));
    return place;
}

Result<void> mustBe(const std::string& digest, const UniqueFd& old, const std::string& path)
{
    const auto isAnother
        = [&] { return failure(ErrorKind::DigestMismatch, std::format("/{} has been changed meanwhile", path)); };
    if (!old)
        return isAnother();
    const auto file = TRY(layer::openRegularFile(old, path));
    if (layer::digestOf(TRY(os::readAll(file.borrow(), path, kMostHashedBefore))) != digest)
        return isAnother();
    return {};
}

Result<void> keepAttributes(const WritableTree& tree, const UniqueFd& old, BorrowedFd file, const std::string& path)
{
    const auto status = TRY(os::status(old.borrow(), path));
    TRY(tree.mayBeChanged(status, path)); // it may be another's since it was found
    const auto source = TRY(layer::openRegularFile(old, path));
    // Capabilities are the container's, and those of its root alone: without its base they would be the host's.
    const auto xattrs = TRY(layer::layerXattrs(source.borrow(), path, tree.ids()));
    // The owner first: changing it takes set-id bits and capabilities away.
    if (::fchown(file.get(), status.st_uid, status.st_gid) != 0 || ::fchmod(file.get(), status.st_mode & 07777) != 0)
        return cannotWrite(path);
    return layer::setLayerXattrs(file, path, xattrs, tree.ids().base);
}

Result<void> replaceFile(const WritableTree& tree, BorrowedFd parent, const std::string& path, const UniqueFd& old,
                         const FileContent& content)
{
    auto made = TRY(NewFile::make(parent, path));
    TRY(copyContent(content.bytes, made.file(), 0, path));
    if (old)
        TRY(keepAttributes(tree, old, made.file(), path));
    else if (::fchmod(made.file().get(), content.mode.value_or(kUsualMode)) != 0)
        return cannotWrite(path);
    // What is there already is not lost in a crash: either the old or the new is found.
    if (old && ::fsync(made.file().get()) != 0)
        return cannotWrite(path);
    return old ? made.replace(lastName(path), path) : made.putAt(lastName(path), path);
}

} // namespace

Result<void> writeFile(const WritableTree& tree, const std::string& path, const FileContent& content)
{
    const auto parent = TRY(tree.parentOf(path));
    const auto old = TRY(findOld(tree, parent.borrow(), path));
    if (old && content.mustBeNew)
        return failure(ErrorKind::AlreadyExists, std::format("/{} is there already", path));
    if (!content.replaces.empty())
        TRY(mustBe(content.replaces, old, path));
    if (!content.offset)
        return replaceFile(tree, parent.borrow(), path, old, content);
    if (!old)
        return failure(ErrorKind::NotFound, std::format("/{} is not there", path));
    // Through the place: it is the regular file that was looked at, whatever has its name by now.
    const auto file = TRY(layer::openRegularFile(old, path, O_WRONLY));
    return copyContent(content.bytes, file.borrow(), *content.offset, path);
}

Result<void> makeDirectory(const WritableTree& tree, const std::string& path, mode_t mode)
{
    const auto parent = TRY(tree.parentOf(path));
    const auto name = lastName(path);
    if (::mkdirat(parent.get(), name.c_str(), 0700) != 0)
        return systemFailure(std::format("cannot make the directory /{}", path));
    const auto made = TRY(layer::openInside(parent.borrow(), name, O_RDONLY | O_DIRECTORY));
    if (::fchmod(made.get(), mode) != 0) // not cut by the helper's umask
        return systemFailure(std::format("cannot set the mode of /{}", path));
    return {};
}

Result<void> makeSymlink(const WritableTree& tree, const std::string& path, const std::string& target)
{
    const auto parent = TRY(tree.parentOf(path));
    if (::symlinkat(target.c_str(), parent.get(), lastName(path).c_str()) != 0)
        return systemFailure(std::format("cannot make the link /{}", path));
    return {};
}

Result<void> moveFile(const WritableTree& tree, const std::string& from, const std::string& to, bool replace)
{
    if (layer::isWithin(to, from))
        return failure(ErrorKind::InvalidArgument, std::format("/{} cannot be moved into itself", from));
    const auto source = TRY(tree.parentOf(from));
    const auto into = TRY(tree.parentOf(to));
    TRY(tree.mayBeMoved(from));
    TRY(tree.mayBeMoved(to));
    if (::renameat2(source.get(), lastName(from).c_str(), into.get(), lastName(to).c_str(),
                    replace ? 0 : RENAME_NOREPLACE)
        == 0)
        return {};
    if (errno == EXDEV) // overlayfs.rst, "renaming directories": redirect_dir is off
        return failure(ErrorKind::Unsupported,
                       std::format("/{} is a directory of the image, and overlay cannot move those: make a new one, "
                                   "and copy what is in it",
                                   from));
    if (errno == ENOTEMPTY)
        return failure(ErrorKind::AlreadyExists, std::format("/{} is a directory already, and is not empty", to));
    if (errno == EISDIR || errno == ENOTDIR)
        return failure(ErrorKind::AlreadyExists, std::format("/{} is there already, and is another kind of file", to));
    return systemFailure(std::format("cannot move /{} to /{}", from, to));
}

Result<void> removeFile(const WritableTree& tree, const std::string& path, const std::stop_token& stop)
{
    const auto parent = tree.parentOf(path);
    if (!parent)
        return parent.error().kind == ErrorKind::NotFound ? Result<void>{} : std::unexpected(parent.error());
    TRY(tree.mayBeMoved(path));
    return layer::removeTree(parent->borrow(), lastName(path), stop);
}

} // namespace lamella::container
