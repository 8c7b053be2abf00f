// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/compressing_sink.h"
#include "engine/image/layout_writer.h"
#include "engine/image/pins.h"
#include "engine/os/file.h"

#include <algorithm>
#include <sys/stat.h>

namespace lamella::image {

namespace {

Result<void> writeArchive(ImageStore::Private& store, const std::vector<Image>& images, layer::Compression compression,
                          BorrowedFd file, LoadProgress& progress, std::stop_token stop)
{
    layer::FdSink sink{file};
    CompressingSink compressed{sink, compression};
    TarOutput output{compressed};
    TRY(LayoutWriter(store, output, progress, std::move(stop)).write(images));
    return compressed.finish();
}

} // namespace

Result<void> ImageStore::save(uid_t owner, const std::vector<std::string>& names, layer::Compression compression,
                              BorrowedFd into, const ProgressSink& progress, std::stop_token stop) const
{
    const auto type = TRY(os::status(into, "what to write to")).st_mode;
    if (!S_ISREG(type) && !S_ISDIR(type))
        return failure(ErrorKind::InvalidArgument, "images can only be written to a file or a directory");
    if (S_ISDIR(type) && compression != layer::Compression::None)
        return failure(ErrorKind::InvalidArgument, "only an archive can be compressed, and a directory is none");
    std::vector<Image> images;
    for (const auto& name : names) {
        auto image = TRY(find(owner, name));
        if (!std::ranges::contains(images, image.id, &Image::id))
            images.push_back(std::move(image));
    }
    if (images.empty())
        return failure(ErrorKind::InvalidArgument, "no image was named that could be written");
    const Pins pins{*d, neededBy(images)};
    for (const auto& image : images)
        TRY(unpack(image, progress, stop));
    LoadProgress told{progress};
    if (S_ISREG(type))
        return writeArchive(*d, images, compression, into, told, std::move(stop));
    const auto output = TRY(DirectoryOutput::make(into, TRY(Owner::of(owner))));
    return LayoutWriter(*d, *output, told, std::move(stop)).write(images);
}

} // namespace lamella::image
