// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/lock.h"

#include "engine/base/compose.h"
#include "engine/os/file.h"

namespace lamella::runtime::cli {

Result<Lock> Lock::take(const std::filesystem::path& directory)
{
    const std::filesystem::path path = directory / "lock";
    for (;;) {
        auto opened = os::open(path, O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
        if (!opened && opened.error().errnum == ENOENT)
            return failure(ErrorKind::NotFound,
                           compose("cannot find {}: container does not exist", directory.filename().native()));
        if (!opened)
            return std::unexpected(std::move(opened).error());
        struct flock whole{};
        whole.l_type = F_WRLCK;
        int code = 0;
        do
            code = ::fcntl(opened->get(), F_SETLKW, &whole);
        while (code != 0 && errno == EINTR);
        if (code != 0)
            return systemFailure("cannot lock " + path.native());
        // Who had it before may have deleted the container, and somebody may have made another one.
        if (TRY(os::status(opened->borrow(), path.native())).st_nlink != 0)
            return Lock{std::move(*opened)};
    }
}

} // namespace lamella::runtime::cli
