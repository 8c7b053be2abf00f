// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/units.h"
#include "engine/layer/decompressor.h"

#include <map>
#include <string>
#include <string_view>

namespace lamella::image {

/// Where the files of an archive lie: foreign bytes, for the worker alone.
class ArchiveIndex {
public:
    struct File {
        Bytes offset; ///< in the uncompressed archive
        Bytes size;
        layer::Compression compression = layer::Compression::None; ///< by its first bytes
        std::string digest; ///< of what is compressed and not named by its digest; else empty
    };

    /// Reads the uncompressed archive to its end. Errors: InvalidArgument (damaged; a name twice, an absolute one, one
    /// with ".."; what is neither file, link nor directory), LimitExceeded, Unsupported (a sparse file).
    static Result<ArchiveIndex> read(layer::ByteSource& archive);

    /// The file with this name, also through links inside the archive; none where there is nothing.
    /// Errors: InvalidArgument (links that lead out of the archive, or in a circle).
    Result<const File*> find(std::string_view name) const;

private:
    std::map<std::string, File, std::less<>> m_files;
    std::map<std::string, std::string, std::less<>> m_links; ///< name to name
};

/// How a file is compressed, by its first bytes (RFC 1952, RFC 8878).
layer::Compression compressionOf(std::string_view start);

} // namespace lamella::image
