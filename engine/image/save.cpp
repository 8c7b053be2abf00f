// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/archive_writer.h"
#include "engine/image/compressing_sink.h"
#include "engine/os/file.h"

#include <algorithm>

namespace lamella::image {

namespace {

/// Keeps layers and documents from being collected. Move-only.
class Pins {
public:
    Pins(ImageStore::Private& store, std::vector<std::string> names)
        : m_store(store)
        , m_names(std::move(names))
    {
        const std::lock_guard lock{m_store.mutex};
        m_store.pinned.insert(m_names.begin(), m_names.end());
    }
    Pins(const Pins&) = delete;
    Pins& operator=(const Pins&) = delete;
    ~Pins()
    {
        {
            const std::lock_guard lock{m_store.mutex};
            for (const auto& name : m_names)
                m_store.pinned.erase(m_store.pinned.find(name));
        }
        // They may have been removed meanwhile.
        std::ignore = m_store.collect();
    }

private:
    ImageStore::Private& m_store;
    std::vector<std::string> m_names;
};

std::vector<std::string> needed(const std::vector<Image>& images)
{
    std::vector<std::string> names;
    for (const auto& image : images) {
        names.push_back(image.id);
        for (const auto& layer : image.layers)
            names.push_back(layer.chainId);
    }
    return names;
}

} // namespace

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
    const Pins pins{*d, needed(images)};
    LoadProgress told{progress};
    layer::FdSink output{file};
    CompressingSink compressed{output, compression};
    TRY(ArchiveWriter(*d, compressed, told, std::move(stop)).write(images));
    return compressed.finish();
}

} // namespace lamella::image
