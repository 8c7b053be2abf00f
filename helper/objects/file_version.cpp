// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/file_version.h"

#include "engine/layer/digest.h"
#include "engine/layer/directory_listing.h"
#include "engine/layer/file_attributes.h"
#include "engine/layer/regular_file.h"
#include "engine/layer/tree.h"
#include "engine/os/file.h"
#include "engine/os/memfd.h"
#include "helper/objects/text.h"

#include <format>
#include <unistd.h>

namespace lamella::helper {

namespace {

constexpr std::size_t kReadAtOnce = 1u << 20;
constexpr off_t kMostHashed = off_t{4} << 30; // what is longer has no digest: it would keep a thread for minutes

/// Calls `take` with what the file has from `offset` on, `length` bytes at most.
template <class Take>
Result<void> readPieces(BorrowedFd file, std::uint64_t offset, std::uint64_t length, const std::stop_token& stop,
                        Take take)
{
    std::string buffer(std::min<std::uint64_t>(kReadAtOnce, length), '\0');
    while (length > 0) {
        if (stop.stop_requested())
            return failure(ErrorKind::Cancelled, "reading the file was cancelled");
        const auto count = ::pread(file.get(), buffer.data(), std::min<std::uint64_t>(buffer.size(), length),
                                   static_cast<off_t>(offset));
        if (count < 0)
            return systemFailure("cannot read the file");
        if (count == 0)
            break;
        TRY(take(std::string_view{buffer}.substr(0, static_cast<std::size_t>(count))));
        offset += static_cast<std::uint64_t>(count);
        length -= static_cast<std::uint64_t>(count);
    }
    return {};
}

Result<std::string> digestOfAll(BorrowedFd file, const std::stop_token& stop)
{
    layer::Sha256 hash;
    TRY(readPieces(file, 0, UINT64_MAX, stop, [&hash](std::string_view piece) -> Result<void> {
        hash.add(std::as_bytes(std::span{piece}));
        return {};
    }));
    return hash.digest();
}

dbus::FileInfo infoOf(const struct stat& status, const layer::IdShift& ids)
{
    dbus::FileInfo info;
    info.exists = true;
    info.type = fromEngine(fileTypeName(layer::fileTypeOf(status)));
    info.sizeBytes = S_ISREG(status.st_mode) ? static_cast<quint64>(status.st_size) : 0;
    info.mode = status.st_mode & 07777;
    info.uid = ids.inside(status.st_uid);
    info.gid = ids.inside(status.st_gid);
    info.mtimeUsec = qint64{status.st_mtim.tv_sec} * 1'000'000 + status.st_mtim.tv_nsec / 1000;
    return info;
}

} // namespace

Result<FileVersion> readVersion(const ChangeSource& source, const FileRequest& request, const std::stop_token& stop)
{
    const auto& directories = source.directories;
    const auto tree = TRY(layer::OverlayTree::open(directories));
    FileVersion version{{}, TRY(os::makeMemfd("lamella-file"))};
    if (const auto found = tree.find(request.path, request.version)) {
        const auto place = TRY(layer::openInside(found->root, request.path, O_PATH | O_NOFOLLOW));
        const auto status = TRY(os::status(place.borrow(), request.path));
        const bool isUpper = found->layer < 0;
        version.info = infoOf(status,
                              isUpper ? layer::IdShift{directories.idBase, directories.idCount, false}
                                      : layer::IdShift{0, UINT32_MAX, false});
        if (!isUpper && std::size_t(found->layer) < source.diffIds.size())
            version.info.layer = fromEngine(source.diffIds[std::size_t(found->layer)]);
        if (S_ISLNK(status.st_mode))
            version.info.target = QByteArray::fromStdString(TRY(layer::readLink(place.borrow(), request.path)));
        if (S_ISREG(status.st_mode)) {
            const auto file = TRY(layer::openRegularFile(place, request.path));
            TRY(readPieces(file.borrow(), request.offset, request.length, stop, [&](std::string_view piece) {
                return os::writeAll(version.content.borrow(), piece, "a copy of the file");
            }));
            if (request.digest && status.st_size <= kMostHashed)
                version.info.digest = fromEngine(TRY(digestOfAll(file.borrow(), stop)));
        }
    }
    if (::lseek(version.content.get(), 0, SEEK_SET) < 0)
        return systemFailure("cannot rewind a copy of the file");
    TRY(os::seal(version.content.borrow()));
    return version;
}

} // namespace lamella::helper
