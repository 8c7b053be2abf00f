// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/fanotify.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <memory>
#include <sys/fanotify.h>

namespace lamella::os {

namespace {

constexpr std::size_t kBuffer = 64 << 10;

/// fanotify(7), "struct fanotify_event_info_fid": after the header comes the file system's id, the handle and, ending
/// in a zero byte, the name.
std::optional<FanotifyPlace> placeOf(std::string_view record)
{
    constexpr auto kHandle = offsetof(fanotify_event_info_fid, handle);
    file_handle handle{};
    if (record.size() < kHandle + sizeof handle)
        return std::nullopt;
    std::memcpy(&handle, record.data() + kHandle, sizeof handle);
    const std::size_t length = sizeof handle + handle.handle_bytes;
    if (handle.handle_bytes > MAX_HANDLE_SZ || record.size() < kHandle + length)
        return std::nullopt;
    const auto name = record.substr(kHandle + length);
    return FanotifyPlace{record.substr(kHandle, length), name.substr(0, name.find('\0'))};
}

/// Reads the records of one event, `rest` from behind its metadata.
FanotifyEvent eventOf(const fanotify_event_metadata& metadata, std::string_view rest)
{
    FanotifyEvent event{metadata.mask, metadata.pid, {}, {}};
    fanotify_event_info_header header{};
    while (rest.size() >= sizeof header) {
        std::memcpy(&header, rest.data(), sizeof header);
        if (header.len < sizeof header || header.len > rest.size())
            break;
        const auto place = placeOf(rest.substr(0, header.len));
        if (place && header.info_type == FAN_EVENT_INFO_TYPE_OLD_DFID_NAME)
            event.from = place;
        else if (place
                 && (header.info_type == FAN_EVENT_INFO_TYPE_DFID_NAME
                     || header.info_type == FAN_EVENT_INFO_TYPE_NEW_DFID_NAME))
            event.at = *place;
        rest.remove_prefix(header.len);
    }
    return event;
}

} // namespace

Result<Fanotify> Fanotify::open()
{
    UniqueFd group{
        ::fanotify_init(FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_DFID_NAME, O_RDONLY | O_LARGEFILE)};
    if (!group && errno == EMFILE)
        return failure(ErrorKind::LimitExceeded, "too many file systems are watched already");
    if (!group && errno == EINVAL)
        return failure(ErrorKind::Unsupported, "the kernel does not tell the names of files that change");
    if (!group)
        return systemFailure("cannot ask the kernel for changes of files");
    return Fanotify{std::move(group)};
}

Result<void> Fanotify::watch(BorrowedFd directory, std::uint64_t mask)
{
    if (::fanotify_mark(m_group.get(), FAN_MARK_ADD | FAN_MARK_FILESYSTEM, mask, directory.get(), ".") == 0)
        return {};
    if (errno == EOPNOTSUPP || errno == ENODEV || errno == EXDEV || errno == EINVAL)
        return failure(ErrorKind::Unsupported, "the kernel does not tell of changes in this file system");
    return systemFailure("cannot watch a file system");
}

Result<void> Fanotify::ignore(BorrowedFd directory, std::uint64_t mask)
{
    if (::fanotify_mark(m_group.get(), FAN_MARK_REMOVE | FAN_MARK_FILESYSTEM, mask, directory.get(), ".") != 0)
        return systemFailure("cannot watch less of a file system");
    return {};
}

Result<bool> Fanotify::read(const std::function<void(const FanotifyEvent&)>& sink)
{
    alignas(fanotify_event_metadata) std::array<char, kBuffer> buffer;
    const ssize_t length = ::read(m_group.get(), buffer.data(), buffer.size());
    if (length < 0 && (errno == EAGAIN || errno == EINTR))
        return false;
    if (length < 0)
        return systemFailure("cannot read what has changed");
    std::string_view rest{buffer.data(), static_cast<std::size_t>(length)};
    fanotify_event_metadata metadata{};
    while (rest.size() >= sizeof metadata) {
        std::memcpy(&metadata, rest.data(), sizeof metadata);
        if (metadata.vers != FANOTIFY_METADATA_VERSION || metadata.event_len < metadata.metadata_len
            || metadata.metadata_len < sizeof metadata || metadata.event_len > rest.size())
            return failure(ErrorKind::Unsupported, "the kernel tells of changes in another form than is known");
        sink(eventOf(metadata, rest.substr(metadata.metadata_len, metadata.event_len - metadata.metadata_len)));
        rest.remove_prefix(metadata.event_len);
    }
    return length > 0;
}

Result<UniqueFd> openByHandle(BorrowedFd mount, std::string_view handle, int flags)
{
    alignas(file_handle) std::array<char, sizeof(file_handle) + MAX_HANDLE_SZ> copy{};
    if (handle.size() < sizeof(file_handle) || handle.size() > copy.size())
        return failure(ErrorKind::InvalidArgument, "that is no file handle");
    std::memcpy(copy.data(), handle.data(), handle.size());
    UniqueFd file{::open_by_handle_at(mount.get(), reinterpret_cast<file_handle*>(copy.data()), flags | O_CLOEXEC)};
    if (!file && errno == ESTALE)
        return std::unexpected(Error{ErrorKind::NotFound, ESTALE, "the directory is no more"});
    if (!file)
        return systemFailure("cannot open a directory by its handle");
    return file;
}

} // namespace lamella::os
