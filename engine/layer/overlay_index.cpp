// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/overlay_index.h"

#include "engine/layer/tree.h"
#include "engine/os/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <memory>

namespace lamella::layer {

namespace {

struct CloseIndex {
    void operator()(DIR* stream) const { ::closedir(stream); }
};

} // namespace

// An entry for a file is a hard link to the copy in the writable layer. One for a directory names it by its handle, and
// a whiteout says that the last name of a file was deleted: both only serve handles that somebody outside holds, which
// nobody does.
Result<void> forgetRemoved(const std::filesystem::path& work)
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
        const bool isOther = S_ISDIR(status.st_mode) || (S_ISCHR(status.st_mode) && status.st_rdev == 0);
        if (isOther || status.st_nlink < 2)
            TRY(removeTree(directory, name));
    }
    return {};
}

} // namespace lamella::layer
