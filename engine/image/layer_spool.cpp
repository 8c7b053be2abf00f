// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/layer_spool.h"

#include "engine/image/image_store_private.h"
#include "engine/image/limit_checks.h"
#include "engine/layer/byte_sink.h"
#include "engine/layer/digest.h"
#include "engine/layer/write_behind.h"

#include <fcntl.h>

namespace lamella::image {

namespace {

constexpr std::uint64_t kPiece = 8u << 20; // what the disk gets to do at a time

Error noRoom()
{
    return Error::of(ErrorKind::NoSpace, "the disk is full: remove what is not needed and try again");
}

/// The file that an archive goes to.
class Spool final : public layer::ByteSink {
public:
    Spool(ImageStore::Private& store, BorrowedFd file, std::stop_token stop)
        : m_store(store)
        , m_sink(file)
        , m_file(file)
        , m_stop(std::move(stop))
    {
    }

    Result<void> write(std::span<const std::byte> bytes) override
    {
        m_size += bytes.size();
        Descriptor blob;
        blob.size = {m_size};
        TRY(checkBlob(blob, m_store.limits));
        TRY(m_sink.write(bytes));
        return m_size - m_begun < kPiece ? Result<void>{} : beginWriting();
    }

private:
    // What the sync at the end would otherwise have to wait for.
    Result<void> beginWriting()
    {
        if (m_stop.stop_requested())
            return failure(ErrorKind::Cancelled, "making the image was cancelled");
        if (TRY(m_store.directories.room()) == Bytes{})
            return std::unexpected(noRoom());
        std::ignore = ::sync_file_range(m_file.get(), static_cast<off_t>(m_begun), static_cast<off_t>(m_size - m_begun),
                                        SYNC_FILE_RANGE_WRITE);
        m_begun = m_size;
        m_store.step("spooling");
        return {};
    }

    ImageStore::Private& m_store;
    layer::FdSink m_sink;
    BorrowedFd m_file;
    std::stop_token m_stop;
    std::uint64_t m_size = 0;
    std::uint64_t m_begun = 0; ///< that the disk writes already
};

} // namespace

Result<NewLayer> spoolLayer(ImageStore::Private& store, const ArchiveWriter& write, std::stop_token stop)
{
    NewLayer layer{TRY(store.directories.stageArchive()), {}, {}, true};
    store.step("staged");
    Spool spool{store, layer.staged.archive(), stop};
    layer::HashingSink hashed{spool};
    layer::WriteBehind behind{hashed};
    TRY(behind.start());
    const auto written = write(behind);
    TRY(behind.finish());
    const auto tree = TRY(Result<layer::ArchivedTree>{written});
    store.step("spooled");
    TRY(checkTree(tree, store.limits));
    if (TRY(store.directories.room()) < tree.size)
        return std::unexpected(noRoom());
    if (stop.stop_requested())
        return failure(ErrorKind::Cancelled, "making the image was cancelled");
    TRY(layer.staged.syncArchive());
    store.step("archive synced");
    const auto diffId = hashed.digest();
    layer.blob.kind = DocumentKind::Layer;
    layer.blob.digest = diffId;
    layer.blob.size = hashed.count();
    layer.unpacked = {diffId, hashed.count(), diffId, {tree.size, tree.entries, {}, {}}};
    return layer;
}

} // namespace lamella::image
