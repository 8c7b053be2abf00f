// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/overlay_index.h"

#include "engine/layer/directory_names.h"
#include "engine/layer/tree.h"
#include "engine/layer/whiteout.h"
#include "engine/os/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace lamella::layer {

namespace {

struct CloseIndex {
    void operator()(DIR* stream) const { ::closedir(stream); }
};

/// Removes the entries that `isStale` is true for.
template <class IsStale>
Result<void> removeEntries(const std::filesystem::path& work, IsStale isStale)
{
    const auto top = TRY(os::open(work, O_PATH | O_DIRECTORY | O_NOFOLLOW));
    auto index = openInside(top.borrow(), "index", O_RDONLY | O_DIRECTORY);
    if (!index)
        return index.error().kind == ErrorKind::NotFound ? Result<void>{} : std::unexpected(index.error());
    const std::unique_ptr<DIR, CloseIndex> stream{::fdopendir(index->get())};
    if (!stream)
        return systemFailure("cannot read overlay's index");
    const BorrowedFd directory{index->release()};
    while (const auto* entry = ::readdir(stream.get())) {
        const std::string name = entry->d_name;
        struct stat status{};
        if (name == "." || name == ".." || ::fstatat(directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
            continue;
        if (isStale(status))
            TRY(removeTree(directory, name));
    }
    return {};
}

/// The files below `root` that have names besides this one and the index's.
Result<std::set<ino_t>> linkedFiles(BorrowedFd root)
{
    constexpr std::size_t kMost = 500'000; // names in a directory
    std::set<ino_t> inodes;
    std::vector<std::string> paths{""};
    while (!paths.empty()) {
        const auto path = std::move(paths.back());
        paths.pop_back();
        const auto directory = TRY(openInside(root, path, O_RDONLY | O_DIRECTORY));
        for (const auto& name : TRY(directoryNames(directory.borrow(), kMost))) {
            struct stat status{};
            if (::fstatat(directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
                continue;
            if (S_ISDIR(status.st_mode))
                paths.push_back(path.empty() ? name : path + '/' + name);
            else if (status.st_nlink > 2 && !isWhiteout(status))
                inodes.insert(status.st_ino);
        }
    }
    return inodes;
}

} // namespace

// An entry for a file is a hard link to the copy in the writable layer. One for a directory names it by its handle, and
// a whiteout says that the last name of a file was deleted: both only serve handles that somebody outside holds, which
// nobody does.
Result<void> forgetRemoved(const std::filesystem::path& work)
{
    return removeEntries(work, [](const struct stat& status) {
        return S_ISDIR(status.st_mode) || isWhiteout(status) || status.st_nlink < 2;
    });
}

Result<void> forgetLinks(BorrowedFd taken, const std::filesystem::path& work)
{
    const auto inodes = TRY(linkedFiles(taken));
    if (inodes.empty())
        return {};
    return removeEntries(work, [&inodes](const struct stat& status) {
        return !S_ISDIR(status.st_mode) && inodes.contains(status.st_ino);
    });
}

} // namespace lamella::layer
