// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/import_source.h"

#include "engine/image/new_layer.h"
#include "engine/image/worker.h"
#include "engine/os/file.h"

namespace lamella::image {

std::optional<NewLayer> ImportSource::takeUnpacked(std::size_t)
{
    return std::nullopt;
}

Result<std::vector<FoundImage>> LayoutSource::images(const Worker& worker, std::stop_token stop)
{
    return worker.readLayout(m_layout, m_reader, std::move(stop), m_platform);
}

Result<Blob> LayoutSource::openBlob(const Descriptor&, std::stop_token)
{
    return Blob{Blob::Kind::Layout, TRY(os::duplicate(m_layout)), {}, m_reader};
}

} // namespace lamella::image
