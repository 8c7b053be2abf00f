// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/export.h"

#include "engine/layer/tree_archive.h"
#include "engine/os/file.h"
#include "engine/rootfs/overlay.h"

namespace lamella::container {

namespace {

layer::ArchiveOptions optionsOf(const TreeParts& parts, std::function<void(Bytes)> progress, std::stop_token stop)
{
    layer::ArchiveOptions options;
    options.idBase = parts.idBase;
    options.idCount = parts.idCount;
    options.progress = std::move(progress);
    options.stop = std::move(stop);
    return options;
}

} // namespace

Result<void> exportTree(const TreeParts& parts, BorrowedFd file, std::function<void(Bytes)> progress,
                        std::stop_token stop)
{
    std::vector<std::filesystem::path> fromTop{parts.upper};
    fromTop.insert(fromTop.end(), parts.layers.rbegin(), parts.layers.rend());
    const auto mount = TRY(rootfs::makeReadOnlyOverlay(fromTop));
    const auto root = TRY(os::openAt(mount.borrow(), ".", O_RDONLY | O_DIRECTORY));
    layer::FdSink sink{file};
    auto options = optionsOf(parts, std::move(progress), std::move(stop));
    options.hasLayers = true;
    TRY(layer::archiveTree(root.borrow(), sink, options));
    return {};
}

Result<void> archiveChanges(const TreeParts& parts, layer::ByteSink& sink, std::function<void(Bytes)> progress,
                            std::stop_token stop)
{
    const auto upper = TRY(os::open(parts.upper, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    auto options = optionsOf(parts, std::move(progress), std::move(stop));
    options.isUpper = true;
    TRY(layer::archiveTree(upper.borrow(), sink, options));
    return {};
}

} // namespace lamella::container
