// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/units.h"
#include "engine/layer/byte_sink.h"

#include <filesystem>
#include <string>
#include <vector>

/// Layers and images to measure with.
namespace lamella::bench {

/// What a layer is made of: most files are small, and a few hold most of the bytes, which compress as programs and
/// documents do, to about a third.
struct LayerShape {
    std::string directory; ///< that all of it lies in
    int files = 0;
    Bytes size;
};

/// Writes it as a tar archive; the same each time.
Result<void> writeLayer(const LayerShape& shape, layer::ByteSink& sink);

/// A directory below /var/tmp for all that a bench writes; removed at the end and not before: ext4 passes over inodes
/// that were freed just before, which would slow the next run down.
class Scratch {
public:
    static Result<Scratch> make();
    Scratch(Scratch&& other) noexcept;
    Scratch& operator=(Scratch&&) = delete;
    ~Scratch();

    std::filesystem::path path(std::string_view name) const { return m_directory / name; }

    /// A new directory.
    Result<std::filesystem::path> fresh();

private:
    explicit Scratch(std::filesystem::path directory);
    std::filesystem::path m_directory;
    int m_count = 0;
};

/// A layer as it lies in an image layout.
struct LayerFile {
    std::string diffId;
    std::string digest; ///< of the blob
    Bytes size; ///< of the blob
};

/// An image layout (image-spec, image-layout.md) with one image in it, "bench".
struct Layout {
    std::filesystem::path path;
    std::vector<LayerFile> layers;

    std::filesystem::path blob(const std::string& digest) const;
};

/// Writes a layout into the new directory `path`. `compression` is "gzip" or "zstd".
Result<Layout> writeLayout(const std::filesystem::path& path, const std::vector<LayerShape>& shapes,
                           const std::string& compression);

} // namespace lamella::bench
