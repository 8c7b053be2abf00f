// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/container_overlay.h"

namespace lamella::container {

layer::OverlayDirectories overlayOf(const Container& container, const ContainerFiles& files,
                                    const image::ImageStore& images)
{
    const auto image = images.find(container.owner, container.imageId);
    return {files.upper(container.id), files.work(container.id),
            image ? images.layerDirectories(*image) : std::vector<std::filesystem::path>{}, container.hostUidBase,
            container.hostUidCount};
}

} // namespace lamella::container
