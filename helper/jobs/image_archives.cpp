// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/image_archives.h"

#include "engine/container/keep_changes.h"
#include "engine/os/file.h"

#include <memory>

namespace lamella::helper {

Work::Function loadImage(image::ImageStore& images, UniqueFd source, uid_t owner, image::Platform platform)
{
    return [&images, source = std::make_shared<UniqueFd>(std::move(source)), owner, platform = std::move(platform)](
               const image::ProgressSink& progress, std::stop_token stop) -> Result<std::vector<std::string>> {
        const auto status = TRY(os::status(source->borrow(), "what is to be loaded"));
        if (!S_ISDIR(status.st_mode))
            return images.loadArchive(source->borrow(), owner, progress, std::move(stop), platform);
        auto loaded = images.loadLayout(source->borrow(), owner, progress, std::move(stop), platform);
        // What is missing is a part of what was to be loaded, not an object of ours.
        if (!loaded && loaded.error().kind == ErrorKind::NotFound)
            loaded.error().kind = ErrorKind::InvalidArgument;
        return loaded;
    };
}

Work::Function importImage(image::ImageStore& images, uid_t owner, UniqueFd archive, image::NewImageSettings settings)
{
    return [&images, owner, archive = std::make_shared<UniqueFd>(std::move(archive)), settings = std::move(settings)](
               const image::ProgressSink& progress, std::stop_token stop) -> Result<std::vector<std::string>> {
        return std::vector{TRY(images.importRootfs(archive->borrow(), owner, settings, progress, std::move(stop)))};
    };
}

Work::Function saveImages(const image::ImageStore& images, uid_t owner, std::vector<std::string> names,
                          layer::Compression compression, UniqueFd file)
{
    return [&images, owner, names = std::move(names), compression, file = std::make_shared<UniqueFd>(std::move(file))](
               const image::ProgressSink& progress, std::stop_token stop) -> Result<std::vector<std::string>> {
        TRY(images.save(owner, names, compression, file->borrow(), progress, std::move(stop)));
        return std::vector<std::string>{};
    };
}

Work::Function exportContainer(layer::OverlayDirectories parts, UniqueFd file)
{
    return [parts = std::move(parts), file = std::make_shared<UniqueFd>(std::move(file))](
               const image::ProgressSink& progress, std::stop_token stop) -> Result<std::vector<std::string>> {
        const auto tell = [&progress](Bytes done) { progress({"Writing the files", done, {}, {}}); };
        TRY(container::exportTree(parts, file->borrow(), tell, std::move(stop)));
        return std::vector<std::string>{};
    };
}

Work::Function saveChanges(layer::OverlayDirectories parts, layer::PathSelection selection, UniqueFd file)
{
    return [parts = std::move(parts), selection = std::move(selection),
            file = std::make_shared<UniqueFd>(std::move(file))](
               const image::ProgressSink& progress, std::stop_token stop) -> Result<std::vector<std::string>> {
        const auto tell = [&progress](Bytes done) { progress({"Writing the changes", done, {}, {}}); };
        layer::FdSink sink{file->borrow()};
        TRY(container::archiveChanges(parts, selection, sink, tell, std::move(stop)));
        return std::vector<std::string>{};
    };
}

Work::Function keepChanges(layer::OverlayDirectories parts, layer::PathSelection selection, UniqueFd directory,
                           uid_t owner)
{
    return [parts = std::move(parts), selection = std::move(selection),
            directory = std::make_shared<UniqueFd>(std::move(directory)),
            owner](const image::ProgressSink& progress, std::stop_token stop) -> Result<std::vector<std::string>> {
        const auto tell = [&progress](Bytes done) { progress({"Writing the changes", done, {}, {}}); };
        const auto user = TRY(image::Owner::of(owner));
        return container::keepChanges(parts, selection, directory->borrow(), user, tell, std::move(stop));
    };
}

} // namespace lamella::helper
