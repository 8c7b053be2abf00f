// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/lock.h"

#include "engine/base/compose.h"
#include "engine/os/file.h"

namespace lamella::runtime::cli {

namespace {

/// fcntl(2) with F_SETLKW, which waits, or F_SETLK. False where somebody else has it.
Result<bool> setLock(BorrowedFd file, int command, short type)
{
    struct flock whole{};
    whole.l_type = type;
    int code = 0;
    do
        code = ::fcntl(file.get(), command, &whole);
    while (code != 0 && errno == EINTR);
    if (code == 0)
        return true;
    if (errno == EAGAIN || errno == EACCES)
        return false;
    return systemFailure("cannot lock the container's state");
}

/// Who had it before may have deleted the container, and somebody may have made another one.
Result<bool> isCurrent(BorrowedFd file)
{
    return TRY(os::status(file, "the container's lock")).st_nlink != 0;
}

Result<UniqueFd> openLock(const std::filesystem::path& directory)
{
    auto opened = os::open(directory / "lock", O_RDWR | O_CREAT | O_NOFOLLOW, 0600);
    if (!opened && opened.error().errnum == ENOENT)
        return failure(ErrorKind::NotFound,
                       compose("cannot find {}: container does not exist", directory.filename().native()));
    return opened;
}

} // namespace

Result<Lock> Lock::take(const std::filesystem::path& directory)
{
    for (;;) {
        UniqueFd file = TRY(openLock(directory));
        TRY(setLock(file.borrow(), F_SETLKW, F_WRLCK));
        if (TRY(isCurrent(file.borrow())))
            return Lock{std::move(file)};
    }
}

Result<std::optional<Lock>> Lock::tryTake(const std::filesystem::path& directory)
{
    UniqueFd file = TRY(openLock(directory));
    if (!TRY(setLock(file.borrow(), F_SETLK, F_WRLCK)) || !TRY(isCurrent(file.borrow())))
        return std::nullopt;
    return Lock{std::move(file)};
}

void Lock::release()
{
    std::ignore = setLock(m_file.borrow(), F_SETLK, F_UNLCK);
}

Result<bool> Lock::takeAgain()
{
    TRY(setLock(m_file.borrow(), F_SETLKW, F_WRLCK));
    return isCurrent(m_file.borrow());
}

} // namespace lamella::runtime::cli
