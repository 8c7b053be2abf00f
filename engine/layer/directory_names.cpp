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

template <class Take>
Result<void> eachEntry(BorrowedFd directory, const Take& take)
{
    auto fd = TRY(os::openAt(directory, ".", O_RDONLY | O_DIRECTORY));
    const std::unique_ptr<DIR, CloseDirectory> stream{::fdopendir(fd.get())};
    if (!stream)
        return systemFailure("cannot list a directory");
    std::ignore = fd.release();
    for (;;) {
        errno = 0;
        const auto* entry = ::readdir(stream.get());
        if (!entry && errno != 0)
            return systemFailure("cannot list a directory");
        if (!entry)
            return {};
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..")
            TRY(take(name, entry->d_type));
    }
}

} // namespace

Result<void> eachName(BorrowedFd directory, const std::function<Result<void>(std::string_view name)>& take)
{
    return eachEntry(directory, [&take](std::string_view name, unsigned char) { return take(name); });
}

Result<void> eachDirectoryName(BorrowedFd directory, const std::function<Result<void>(std::string_view name)>& take)
{
    return eachEntry(directory, [&take](std::string_view name, unsigned char type) {
        return type == DT_DIR || type == DT_UNKNOWN ? take(name) : Result<void>{};
    });
}

Result<std::vector<std::string>> directoryNames(BorrowedFd directory, std::size_t limit)
{
    std::vector<std::string> names;
    TRY(eachName(directory, [&](std::string_view name) -> Result<void> {
        if (names.size() == limit)
            return failure(ErrorKind::LimitExceeded, std::format("a directory has more than {} entries", limit));
        names.emplace_back(name);
        return {};
    }));
    std::ranges::sort(names);
    return names;
}

} // namespace lamella::layer
