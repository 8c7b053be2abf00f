// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/archive_reader.h"

#include "engine/image/archive_index.h"
#include "engine/image/docker_archive.h"
#include "engine/image/file_part.h"
#include "engine/image/layout_reader.h"
#include "engine/image/limits.h"
#include "engine/layer/digest.h"
#include "engine/os/file.h"

#include <format>

namespace lamella::image {

namespace {

// Writes what passes through to a file.
class SpillingSource final : public layer::ByteSource {
public:
    SpillingSource(layer::ByteSource& source, BorrowedFd file, Bytes limit)
        : m_source(source)
        , m_file(file)
        , m_left(limit.value)
    {
    }
    Result<std::size_t> read(std::span<std::byte> buffer) override
    {
        const auto count = TRY(m_source.read(buffer));
        if (count > m_left)
            return failure(ErrorKind::NoSpace,
                           "the disk has no room for the archive without its compression: remove what is not needed"
                           " and try again");
        m_left -= count;
        TRY(os::writeAll(m_file, {reinterpret_cast<const char*>(buffer.data()), count}, "the uncompressed archive"));
        return count;
    }

private:
    layer::ByteSource& m_source;
    BorrowedFd m_file;
    std::uint64_t m_left;
};

class ArchiveFiles final : public DocumentFiles {
public:
    ArchiveFiles(const ArchiveIndex& index, BorrowedFd archive)
        : m_index(index)
        , m_archive(archive)
    {
    }

    Result<std::string> read(const std::string& path) const override
    {
        const auto* file = TRY(m_index.find(path));
        if (!file)
            return failure(ErrorKind::NotFound, std::format("{} is missing in the archive", path));
        if (file->size > limits::kDocument)
            return failure(ErrorKind::LimitExceeded, std::format("{} in the archive is too large", path));
        std::string text(file->size.value, '\0');
        FilePart part{m_archive, file->offset.value, file->size.value};
        if (TRY(layer::readFully(part, std::as_writable_bytes(std::span{text}))) != text.size())
            return failure(ErrorKind::InvalidArgument, "the archive has become shorter");
        return text;
    }

    // What is missing is missed when its content is asked for: who has the layer need not bring it.
    Result<void> locate(Descriptor& blob) const override
    {
        const auto path = std::format("blobs/sha256/{}", layer::digestHex(blob.digest));
        const auto* file = TRY(m_index.find(path));
        if (file && file->size != blob.size)
            return failure(ErrorKind::DigestMismatch,
                           std::format("{} has {} bytes instead of {}", path, file->size.value, blob.size.value));
        if (file)
            blob.offset = file->offset;
        return {};
    }

private:
    const ArchiveIndex& m_index;
    BorrowedFd m_archive;
};

Result<ArchiveIndex> indexOf(layer::ByteSource& archive)
{
    auto index = TRY(ArchiveIndex::read(archive));
    TRY(layer::drain(archive));
    return index;
}

/// What an archive of images says it has, and has not, makes it a broken one.
Result<std::vector<FoundImage>> intact(Result<std::vector<FoundImage>> images)
{
    if (!images && images.error().kind == ErrorKind::NotFound)
        images.error().kind = ErrorKind::InvalidArgument;
    return images;
}

} // namespace

Result<FoundArchive> readArchive(BorrowedFd archive, BorrowedFd spill, Bytes limit, const Platform& platform)
{
    std::string start(4, '\0');
    const auto count = ::pread(archive.get(), start.data(), start.size(), 0);
    if (count < 0)
        return systemFailure("cannot read the archive");
    start.resize(static_cast<std::size_t>(count));
    const auto compression = compressionOf(start);
    const bool isSpilled = compression != layer::Compression::None;
    FilePart whole{archive, 0, std::numeric_limits<std::int64_t>::max()};
    layer::Decompressor decompressed{whole, compression};
    SpillingSource spilling{decompressed, spill, limit};
    const auto index = TRY(indexOf(isSpilled ? static_cast<layer::ByteSource&>(spilling) : whole));
    const ArchiveFiles files{index, isSpilled ? spill : archive};
    const bool isLayout = TRY(index.find(kLayoutIndex)) != nullptr;
    if (index.isEmpty())
        return failure(ErrorKind::InvalidArgument, "the archive is no image: there is nothing in it");
    // A root file system has links that lead out of it, and devices: only what is of images is held to their rules.
    if (!isLayout && !TRY(index.find(kDockerManifest)))
        return failure(ErrorKind::NotFound,
                       "the archive is no image: it has neither index.json (OCI) nor manifest.json (docker save)");
    if (index.problem())
        return std::unexpected(*index.problem());
    // What Docker writes today is both.
    if (isLayout)
        return FoundArchive{TRY(intact(readLayout(files, platform))), isSpilled};
    return FoundArchive{TRY(intact(readDockerArchive(index, files, platform))), isSpilled};
}

} // namespace lamella::image
