// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/archive_reader.h"
#include "engine/layer/digest.h"
#include "tests/fuzz/tar_checksums.h"

#include <algorithm>
#include <sys/mman.h>
#include <unistd.h>

using namespace lamella;

namespace {

UniqueFd memory(const char* name)
{
    return UniqueFd{::memfd_create(name, MFD_CLOEXEC)};
}

bool lies(const image::FoundImage& image)
{
    return image.layers.empty() || image.layers.size() != image.config.diffIds.size() || image.manifestText.empty()
        || !std::ranges::all_of(image.layers, [](const auto& layer) { return layer::isDigest(layer.digest); });
}

} // namespace

/// Reads the bytes as an archive of images, in either of the two forms and compressed or not.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    static const auto archive = memory("archive");
    static const auto spill = memory("spill");
    const auto text = test::withTarChecksums(data, size);
    const auto length = static_cast<off_t>(text.size());
    if (::pwrite(archive.get(), text.data(), text.size(), 0) != length || ::ftruncate(archive.get(), length) != 0
        || ::ftruncate(spill.get(), 0) != 0 || ::lseek(spill.get(), 0, SEEK_SET) != 0)
        __builtin_trap();
    const auto found = image::readArchive(archive.borrow(), spill.borrow(), 64_KiB, image::Platform{"amd64"});
    if (found && (found->images.empty() || std::ranges::any_of(found->images, lies)))
        __builtin_trap();
    return 0;
}
