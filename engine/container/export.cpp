// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/export.h"

#include "engine/os/file.h"
#include "engine/rootfs/overlay.h"

namespace lamella::container {

namespace {

layer::ArchiveOptions optionsOf(const layer::OverlayDirectories& directories, std::function<void(Bytes)> progress,
                                std::stop_token stop)
{
    layer::ArchiveOptions options;
    options.idBase = directories.idBase;
    options.idCount = directories.idCount;
    options.progress = std::move(progress);
    options.stop = std::move(stop);
    return options;
}

} // namespace

Result<void> exportTree(const layer::OverlayDirectories& directories, BorrowedFd file,
                        std::function<void(Bytes)> progress, std::stop_token stop)
{
    std::vector<std::filesystem::path> fromTop{directories.upper};
    fromTop.insert(fromTop.end(), directories.layers.rbegin(), directories.layers.rend());
    const auto mount = TRY(rootfs::makeReadOnlyOverlay(fromTop));
    const auto root = TRY(os::openAt(mount.borrow(), ".", O_RDONLY | O_DIRECTORY));
    layer::FdSink sink{file};
    auto options = optionsOf(directories, std::move(progress), std::move(stop));
    options.hasLayers = true;
    TRY(layer::archiveTree(root.borrow(), sink, options));
    return {};
}

Result<layer::ArchivedTree> archiveChanges(const layer::OverlayDirectories& directories, layer::PathSelection selection,
                                           layer::ByteSink& sink, std::function<void(Bytes)> progress,
                                           std::stop_token stop)
{
    const auto upper = TRY(os::open(directories.upper, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
    const auto lower = TRY(layer::MergedLower::open(directories.layers));
    auto options = optionsOf(directories, std::move(progress), std::move(stop));
    options.isUpper = true;
    options.selection = std::move(selection);
    options.writesAbove = [&lower](const std::string& path) { return !lower.locate(path); };
    return layer::archiveTree(upper.borrow(), sink, options);
}

} // namespace lamella::container
