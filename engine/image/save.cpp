// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/archive_writer.h"
#include "engine/image/compressing_sink.h"
#include "engine/image/pins.h"
#include "engine/os/file.h"

#include <algorithm>

namespace lamella::image {

Result<void> ImageStore::save(uid_t owner, const std::vector<std::string>& names, layer::Compression compression,
                              BorrowedFd file, const ProgressSink& progress, std::stop_token stop) const
{
    if (!S_ISREG(TRY(os::status(file, "what to write to")).st_mode))
        return failure(ErrorKind::InvalidArgument, "images can only be written to a file");
    std::vector<Image> images;
    for (const auto& name : names) {
        auto image = TRY(find(owner, name));
        if (!std::ranges::contains(images, image.id, &Image::id))
            images.push_back(std::move(image));
    }
    if (images.empty())
        return failure(ErrorKind::InvalidArgument, "no image was named that could be written");
    const Pins pins{*d, neededBy(images)};
    LoadProgress told{progress};
    layer::FdSink output{file};
    CompressingSink compressed{output, compression};
    TRY(ArchiveWriter(*d, compressed, told, std::move(stop)).write(images));
    return compressed.finish();
}

} // namespace lamella::image
