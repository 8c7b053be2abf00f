// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/layer_source.h"

#include "engine/image/archive_index.h"
#include "engine/image/limit_checks.h"
#include "engine/image/new_image_request.h"
#include "engine/image/worker.h"
#include "engine/layer/digest.h"
#include "engine/os/file.h"

#include <unistd.h>

namespace lamella::image {

namespace {

Result<layer::Compression> compressionIn(BorrowedFd archive)
{
    std::string start(4, '\0');
    const auto count = ::pread(archive.get(), start.data(), start.size(), 0);
    if (count < 0)
        return systemFailure("cannot read the archive");
    start.resize(static_cast<std::size_t>(count));
    return compressionOf(start);
}

} // namespace

LayerSource::LayerSource(BorrowedFd archive, uid_t reader, const Limits& limits, const NewImageSettings& settings,
                         ImageDocuments base)
    : m_archive(archive)
    , m_reader(reader)
    , m_limits(limits)
    , m_settings(settings)
    , m_base(std::move(base))
{
}

// Read once for its diffID, which the config names, and once to unpack it: the load then proves that both are one.
Result<std::vector<FoundImage>> LayerSource::images(const Worker& worker, std::stop_token stop)
{
    NewImageRequest image{
        m_base, m_settings, {}, {}, m_base.config.empty() ? "import of a root file system" : "commit of a container"};
    auto& blob = image.layer;
    blob.kind = DocumentKind::Layer;
    blob.compression = TRY(compressionIn(m_archive));
    blob.digest = layer::digestOf(""); // not known yet, and not looked at
    blob.size = {static_cast<std::uint64_t>(TRY(os::status(m_archive, "the archive")).st_size)};
    TRY(checkBlob(blob, m_limits));
    const auto from = TRY(openBlob(blob, stop));
    const auto hashed = TRY(worker.hash({from, blob, m_limits}, {}, stop));
    blob.digest = hashed.blobDigest;
    image.diffId = hashed.diffId;
    return std::vector{TRY(worker.makeImage(image, std::move(stop)))};
}

Result<Blob> LayerSource::openBlob(const Descriptor&, std::stop_token)
{
    return Blob{Blob::Kind::File, TRY(os::duplicate(m_archive)), {}, m_reader};
}

} // namespace lamella::image
