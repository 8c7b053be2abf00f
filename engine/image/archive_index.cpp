// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/archive_index.h"

#include "engine/image/limits.h"
#include "engine/layer/digest.h"
#include "engine/layer/tar_reader.h"
#include "engine/layer/tree.h"

#include <format>
#include <optional>

namespace lamella::image {

namespace {

using layer::TarEntry;
using layer::TarType;

constexpr int kMaxLinks = 8;
constexpr std::string_view kBlobs = "blobs/";

// Knows how far it was read. The tar reader reads block by block, so that this is where a member's data begins.
class PositionSource final : public layer::ByteSource {
public:
    explicit PositionSource(layer::ByteSource& source)
        : m_source(source)
    {
    }
    Result<std::size_t> read(std::span<std::byte> buffer) override
    {
        const auto count = TRY(m_source.read(buffer));
        m_position += count;
        return count;
    }
    Bytes position() const { return {m_position}; }

private:
    layer::ByteSource& m_source;
    std::uint64_t m_position = 0;
};

Result<std::string> insideName(std::string_view name)
{
    if (name.starts_with('/'))
        return failure(ErrorKind::InvalidArgument, "the archive has an absolute name");
    return layer::insidePath(name);
}

// A symlink's target counts from where the link is, and may go up within the archive.
Result<std::string> linkTarget(std::string_view link, std::string_view target)
{
    std::string path{layer::splitPath(link).parent};
    if (target.starts_with('/'))
        return failure(ErrorKind::InvalidArgument,
                       std::format("{} in the archive is a link that leads out of it", link));
    for (std::size_t start = 0; start < target.size();) {
        const auto end = std::min(target.find('/', start), target.size());
        const auto part = target.substr(start, end - start);
        start = end + 1;
        if (part != "..") {
            path += path.empty() ? "" : "/";
            path += part;
            continue;
        }
        if (path.empty())
            return failure(ErrorKind::InvalidArgument,
                           std::format("{} in the archive is a link that leads out of it", link));
        path = layer::splitPath(path).parent;
    }
    return insideName(path);
}

Result<ArchiveIndex::File> readFile(const std::string& name, const TarEntry& entry, Bytes offset,
                                    layer::TarReader& reader)
{
    ArchiveIndex::File file{offset, {entry.size}, layer::Compression::None, {}};
    std::optional<layer::Sha256> hash;
    TRY(reader.readData([&](std::uint64_t at, std::span<const std::byte> bytes) -> Result<void> {
        if (at == 0) {
            file.compression = compressionOf({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
            if (file.compression != layer::Compression::None && !name.starts_with(kBlobs))
                hash.emplace();
        }
        if (hash)
            hash->add(bytes);
        return {};
    }));
    if (hash)
        file.digest = hash->digest();
    return file;
}

} // namespace

layer::Compression compressionOf(std::string_view start)
{
    if (start.starts_with("\x1f\x8b"))
        return layer::Compression::Gzip;
    return start.starts_with("\x28\xb5\x2f\xfd") ? layer::Compression::Zstd : layer::Compression::None;
}

Result<ArchiveIndex> ArchiveIndex::read(layer::ByteSource& archive)
{
    PositionSource source{archive};
    layer::TarReader reader{source};
    ArchiveIndex index;
    while (const auto entry = TRY(reader.next())) {
        index.m_isEmpty = false;
        auto member = index.check(*entry);
        if (!member) {
            if (!index.m_problem)
                index.m_problem = std::move(member.error());
        } else if (entry->type == TarType::File) {
            index.m_files[member->name] = TRY(readFile(member->name, *entry, source.position(), reader));
        } else if (entry->type != TarType::Directory) {
            index.m_links[member->name] = std::move(member->target);
        }
    }
    return index;
}

Result<ArchiveIndex::Member> ArchiveIndex::check(const TarEntry& entry) const
{
    Member member{TRY(insideName(entry.path)), {}};
    const auto& name = member.name;
    if (entry.type == TarType::Directory)
        return member;
    if (m_files.contains(name) || m_links.contains(name))
        return failure(ErrorKind::InvalidArgument, std::format("the archive has {} twice", name));
    if (m_files.size() + m_links.size() >= limits::kArchiveFiles && name != kLayoutIndex && name != kDockerManifest)
        return failure(ErrorKind::LimitExceeded,
                       std::format("the archive has more than {} files", limits::kArchiveFiles));
    if (entry.type == TarType::Symlink)
        member.target = TRY(linkTarget(name, entry.linkPath));
    else if (entry.type == TarType::HardLink)
        member.target = TRY(insideName(entry.linkPath));
    else if (entry.type != TarType::File)
        return failure(ErrorKind::InvalidArgument, std::format("{} in the archive is a device or a FIFO", name));
    if (entry.chunks.size() > 1 || (entry.chunks.size() == 1 && entry.chunks[0].length != entry.size))
        return failure(ErrorKind::Unsupported, std::format("{} in the archive is a sparse file", name));
    return member;
}

Result<const ArchiveIndex::File*> ArchiveIndex::find(std::string_view name) const
{
    for (int links = 0; links <= kMaxLinks; ++links) {
        if (const auto file = m_files.find(name); file != m_files.end())
            return &file->second;
        const auto link = m_links.find(name);
        if (link == m_links.end())
            return nullptr;
        name = link->second;
    }
    return failure(ErrorKind::InvalidArgument, std::format("{} in the archive is one of too many links", name));
}

} // namespace lamella::image
