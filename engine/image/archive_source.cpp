// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/archive_source.h"

#include "engine/image/worker.h"
#include "engine/os/file.h"

#include <format>

namespace lamella::image {

Result<std::vector<FoundImage>> ArchiveSource::images(const Worker& worker, std::stop_token stop)
{
    auto found = TRY(worker.readArchive(m_archive, m_spill.borrow(), m_limit, m_reader, std::move(stop), m_platform));
    m_isSpilled = found.isSpilled;
    return std::move(found.images);
}

Result<Blob> ArchiveSource::openBlob(const Descriptor& blob, std::stop_token)
{
    if (!blob.offset)
        return failure(ErrorKind::InvalidArgument, std::format("the blob {} is missing in the archive", blob.digest));
    return Blob{Blob::Kind::File, TRY(os::duplicate(m_isSpilled ? m_spill.borrow() : m_archive)), *blob.offset,
                m_reader};
}

} // namespace lamella::image
