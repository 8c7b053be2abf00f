// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/packed_layer.h"

#include "engine/image/compressing_sink.h"
#include "engine/layer/digest.h"
#include "engine/layer/layer_archive.h"
#include "engine/os/file.h"

#include <array>
#include <unistd.h>
#include <vector>

namespace lamella::helper {

namespace {

constexpr std::size_t kBuffer = 256u << 10;

Result<void> compress(layer::ByteSource& archive, BorrowedFd into, const std::stop_token& stop)
{
    layer::FdSink file(into);
    image::CompressingSink gzip(file, layer::Compression::Gzip);
    std::vector<std::byte> buffer(kBuffer);
    while (const std::size_t count = TRY(archive.read(buffer))) {
        if (stop.stop_requested())
            return failure(ErrorKind::Cancelled, "the push was cancelled");
        TRY(gzip.write(std::span(buffer).first(count)));
    }
    TRY(gzip.finish());
    // RFC 1952, 2.3.1, MTIME: the same layer must be the same blob each time.
    constexpr std::array<char, 4> kNoTime{};
    constexpr off_t kTimeAt = 4;
    if (::pwrite(into.get(), kNoTime.data(), kNoTime.size(), kTimeAt) != ssize_t(kNoTime.size()))
        return systemFailure("cannot write a compressed layer");
    return {};
}

Result<image::LayerBlob> describe(BorrowedFd file)
{
    image::LayerBlob blob{.digest = {}, .size = {}, .compression = layer::Compression::Gzip};
    layer::Sha256 hash;
    std::vector<std::byte> buffer(kBuffer);
    for (;;) {
        const ssize_t count = ::pread(file.get(), buffer.data(), buffer.size(), off_t(blob.size.value));
        if (count < 0)
            return systemFailure("cannot read a compressed layer");
        if (count == 0)
            break;
        hash.add(std::span(buffer).first(std::size_t(count)));
        blob.size += {std::uint64_t(count)};
    }
    blob.digest = hash.digest();
    return blob;
}

} // namespace

Result<PackedLayer> packLayer(const image::Layer& layer, const std::filesystem::path& diff,
                              const std::filesystem::path& scratch, const std::stop_token& stop)
{
    const auto directory = TRY(os::open(diff, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    const auto headers = TRY(os::open(diff.parent_path() / "headers", O_RDONLY | O_NOFOLLOW));
    auto archive = TRY(layer::LayerArchive::open(directory.borrow(), headers.borrow(), layer.diffId));
    PackedLayer packed{TRY(os::open(scratch, O_TMPFILE | O_RDWR, 0600)), {}};
    TRY(compress(archive, packed.file.borrow(), stop));
    packed.blob = TRY(describe(packed.file.borrow()));
    if (::lseek(packed.file.get(), 0, SEEK_SET) != 0)
        return systemFailure("cannot read a compressed layer");
    return packed;
}

} // namespace lamella::helper
