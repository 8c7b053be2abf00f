// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/units.h"
#include "engine/layer/decompressor.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace lamella::layer {
struct TarEntry;
}

namespace lamella::image {

/// What an OCI image layout is read from (image-layout.md), and what `docker save` writes.
inline constexpr std::string_view kLayoutIndex = "index.json";
inline constexpr std::string_view kDockerManifest = "manifest.json";

/// Where the files of an archive lie: foreign bytes, for the worker alone.
class ArchiveIndex {
public:
    struct File {
        Bytes offset; ///< in the uncompressed archive
        Bytes size;
        layer::Compression compression = layer::Compression::None; ///< by its first bytes
        std::string digest; ///< of what is compressed and not named by its digest; else empty
    };

    /// Reads the uncompressed archive to its end. Errors: InvalidArgument (damaged).
    static Result<ArchiveIndex> read(layer::ByteSource& archive);

    /// The first thing in it that no archive of images has, and a root file system may: InvalidArgument (a name twice,
    /// an absolute one, one with ".."; what is neither file, link nor directory), LimitExceeded, Unsupported (a sparse
    /// file). It is left out of the index.
    const std::optional<Error>& problem() const { return m_problem; }
    bool isEmpty() const { return m_isEmpty; }

    /// The file with this name, also through links inside the archive; none where there is nothing.
    /// Errors: InvalidArgument (links that lead out of the archive, or in a circle).
    Result<const File*> find(std::string_view name) const;

private:
    struct Member {
        std::string name;
        std::string target; ///< of a link: a name
    };
    Result<Member> check(const layer::TarEntry& entry) const;

    std::optional<Error> m_problem;
    bool m_isEmpty = true;
    std::map<std::string, File, std::less<>> m_files;
    std::map<std::string, std::string, std::less<>> m_links; ///< name to name
};

/// How a file is compressed, by its first bytes (RFC 1952, RFC 8878).
layer::Compression compressionOf(std::string_view start);

} // namespace lamella::image
