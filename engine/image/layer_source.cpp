// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/layer_source.h"

#include "engine/image/new_image_request.h"
#include "engine/image/worker.h"
#include "engine/os/file.h"

#include <format>

namespace lamella::image {

LayerSource::LayerSource(const Unpack& unpack, BorrowedFd archive, const NewImageSettings& settings,
                         ImageDocuments base)
    : m_unpack(unpack)
    , m_archive(archive)
    , m_settings(settings)
    , m_base(std::move(base))
{
}

Result<std::vector<FoundImage>> LayerSource::images(const Worker& worker, std::stop_token stop)
{
    m_layer.emplace(TRY(m_unpack(stop)));
    const NewImageRequest request{m_base, m_settings, m_layer->blob, m_layer->unpacked.diffId,
                                  m_base.config.empty() ? "import of a root file system" : "commit of a container"};
    auto image = TRY(worker.makeImage(request, std::move(stop)));
    m_position = image.layers.size() - 1;
    return std::vector{std::move(image)};
}

std::optional<NewLayer> LayerSource::takeUnpacked(std::size_t position)
{
    if (position != m_position)
        return std::nullopt;
    auto taken = std::move(m_layer);
    m_layer.reset();
    return taken;
}

Result<Blob> LayerSource::openBlob(const Descriptor& blob, std::stop_token)
{
    if (!m_archive)
        return failure(ErrorKind::NotFound, std::format("the layer {} of the image below has gone", blob.digest));
    constexpr uid_t kAnybody = 65534; // it is open already
    return Blob{Blob::Kind::File, TRY(os::duplicate(m_archive)), {}, kAnybody};
}

} // namespace lamella::image
