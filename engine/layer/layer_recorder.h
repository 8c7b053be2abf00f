// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/file_index.h"
#include "engine/layer/headers_writer.h"
#include "engine/layer/name_set.h"

#include <span>

namespace lamella::layer {

/// What the extractor tells of its work, for the layer's index and headers. Borrows both, and the layer's root.
class LayerRecorder {
public:
    LayerRecorder(BorrowedFd root, HeadersWriter& headers, IndexWriter& index);

    /// Around the data of a regular file, given with the offset where they belong.
    void beginFile();
    void data(std::uint64_t offset, std::span<const std::byte> bytes);
    Result<void> endFile(const std::string& path, const TarEntry& entry);

    /// Anything but a regular file.
    Result<void> member(const std::string& path, const TarEntry& entry);
    Result<void> whiteout(const std::string& path);

    /// Something, whatever it is, is about to be removed.
    Result<void> removing(const std::string& path);

    /// The rest, which is known only at the end.
    Result<void> finish(const std::vector<std::string>& opaque, const std::vector<std::string>& implied);

private:
    void addZeros(std::uint64_t count);
    Result<void> keep(const std::string& path);
    Result<void> keepFile(const std::string& path);

    BorrowedFd m_root;
    HeadersWriter& m_headers;
    IndexWriter& m_index;
    NameSet m_linked; ///< names that the archive made as hard links, without data of their own
    Sha256 m_stored; ///< of the current file: what the archive has of it
    Sha256 m_content; ///< of the current file with its holes; only used once there is one
    std::uint64_t m_contentEnd = 0;
    bool m_hasHoles = false;
    bool m_contentKnown = true;
    std::uint64_t m_zerosLeft; ///< holes that are still hashed, in the whole layer
};

} // namespace lamella::layer
