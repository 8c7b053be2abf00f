// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/directory_names.h"

#include "engine/os/file.h"

#include <dirent.h>

#include <algorithm>
#include <format>
#include <memory>

namespace lamella::layer {

namespace {

struct CloseDirectory {
    void operator()(DIR* stream) const { ::closedir(stream); }
};

} // namespace

Result<std::vector<std::string>> directoryNames(BorrowedFd directory, std::size_t limit)
{
    auto fd = TRY(os::openAt(directory, ".", O_RDONLY | O_DIRECTORY));
    const std::unique_ptr<DIR, CloseDirectory> stream{::fdopendir(fd.get())};
    if (!stream)
        return systemFailure("cannot list a directory");
    std::ignore = fd.release();
    std::vector<std::string> names;
    for (;;) {
        errno = 0;
        const auto* entry = ::readdir(stream.get());
        if (!entry && errno != 0)
            return systemFailure("cannot list a directory");
        if (!entry)
            break;
        std::string name = entry->d_name;
        if (name == "." || name == "..")
            continue;
        if (names.size() == limit)
            return failure(ErrorKind::LimitExceeded, std::format("a directory has more than {} entries", limit));
        names.push_back(std::move(name));
    }
    std::ranges::sort(names);
    return names;
}

} // namespace lamella::layer
