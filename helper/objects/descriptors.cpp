// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/descriptors.h"

#include <fcntl.h>
#include <format>
#include <sys/stat.h>

namespace lamella::helper {

namespace {

enum class Use { Read, Write };

std::unexpected<Error> wrong(std::string_view what, std::string_view why)
{
    return failure(ErrorKind::InvalidArgument, std::format("{} {}", what, why));
}

Result<UniqueFd> takeOpened(const QDBusUnixFileDescriptor& given, std::string_view what, Use use)
{
    UniqueFd file(::fcntl(given.fileDescriptor(), F_DUPFD_CLOEXEC, 3));
    if (!file)
        return wrong(what, "is no descriptor");
    const int flags = ::fcntl(file.get(), F_GETFL);
    const int other = use == Use::Read ? O_WRONLY : O_RDONLY;
    if (flags < 0 || (flags & O_PATH) || (flags & O_ACCMODE) == other)
        return wrong(what,
                     use == Use::Read ? "must have been opened for reading" : "must have been opened for writing");
    return file;
}

/// statx(2), AT_STATX_DONT_SYNC: what the kernel knows already.
Result<mode_t> typeOf(BorrowedFd file, std::string_view what)
{
    struct statx status{};
    if (::statx(file.get(), "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &status) < 0)
        return systemFailure(std::format("cannot look at {}", what));
    return status.stx_mode & S_IFMT;
}

Result<UniqueFd> takeFile(const QDBusUnixFileDescriptor& given, std::string_view what, Use use)
{
    auto file = TRY(takeOpened(given, what, use));
    if (TRY(typeOf(file.borrow(), what)) != S_IFREG)
        return wrong(what, "is not a regular file");
    return file;
}

} // namespace

Result<UniqueFd> takeSource(const QDBusUnixFileDescriptor& given, std::string_view what)
{
    auto source = TRY(takeOpened(given, what, Use::Read));
    const mode_t type = TRY(typeOf(source.borrow(), what));
    if (type != S_IFDIR && type != S_IFREG)
        return wrong(what, "is neither a directory nor a regular file");
    return source;
}

Result<UniqueFd> takeTarget(const QDBusUnixFileDescriptor& given, std::string_view what)
{
    struct statx status{};
    const bool isKnown
        = ::statx(given.fileDescriptor(), "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &status) == 0;
    return isKnown && S_ISDIR(status.stx_mode) ? takeOpened(given, what, Use::Read) : takeFile(given, what, Use::Write);
}

Result<UniqueFd> takeReadableFile(const QDBusUnixFileDescriptor& given, std::string_view what)
{
    return takeFile(given, what, Use::Read);
}

Result<UniqueFd> takeWritableFile(const QDBusUnixFileDescriptor& given, std::string_view what)
{
    return takeFile(given, what, Use::Write);
}

} // namespace lamella::helper
