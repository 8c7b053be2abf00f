// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/layer_recorder.h"

#include "engine/layer/directory_names.h"
#include "engine/layer/tree.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <format>

namespace lamella::layer {

namespace {

// A few bytes of an archive can speak of terabytes of holes: so much of them is hashed.
constexpr std::uint64_t kHashedZeros = 1ull << 30;

RecordKind kindOf(TarType type)
{
    switch (type) {
    case TarType::File:
        return RecordKind::File;
    case TarType::HardLink:
        return RecordKind::HardLink;
    case TarType::Symlink:
        return RecordKind::Symlink;
    case TarType::CharDevice:
        return RecordKind::CharDevice;
    case TarType::BlockDevice:
        return RecordKind::BlockDevice;
    case TarType::Directory:
        return RecordKind::Directory;
    case TarType::Fifo:
        return RecordKind::Fifo;
    }
    return RecordKind::File;
}

FileRecord recordOf(const std::string& path, const TarEntry& entry)
{
    FileRecord record;
    record.kind = kindOf(entry.type);
    record.path = path;
    record.mode = entry.mode;
    record.uid = entry.uid;
    record.gid = entry.gid;
    record.mtime = entry.mtime;
    record.size = entry.size;
    record.link = entry.linkPath;
    record.deviceMajor = entry.deviceMajor;
    record.deviceMinor = entry.deviceMinor;
    return record;
}

} // namespace

LayerRecorder::LayerRecorder(BorrowedFd root, HeadersWriter& headers, IndexWriter& index)
    : m_root(root)
    , m_headers(headers)
    , m_index(index)
    , m_zerosLeft(kHashedZeros)
{
}

void LayerRecorder::beginFile()
{
    m_headers.beginData();
    m_contentEnd = 0;
    m_hasHoles = false;
    m_contentKnown = true;
}

void LayerRecorder::addZeros(std::uint64_t count)
{
    static constexpr std::array<std::byte, 64u << 10> kZeros{};
    m_contentKnown = m_contentKnown && count <= m_zerosLeft;
    if (!m_contentKnown)
        return;
    m_zerosLeft -= count;
    for (; count > 0; count -= std::min<std::uint64_t>(count, kZeros.size()))
        m_content.add(std::span{kZeros}.first(std::min<std::uint64_t>(count, kZeros.size())));
}

void LayerRecorder::data(std::uint64_t offset, std::span<const std::byte> bytes)
{
    if (offset > m_contentEnd) {
        if (!m_hasHoles)
            m_content = m_stored.copy(); // until here both are the same
        m_hasHoles = true;
        addZeros(offset - m_contentEnd);
    }
    if (m_hasHoles && m_contentKnown)
        m_content.add(bytes);
    m_stored.add(bytes);
    m_contentEnd = offset + bytes.size();
}

Result<void> LayerRecorder::endFile(const std::string& path, const TarEntry& entry)
{
    if (entry.size > m_contentEnd) {
        if (!m_hasHoles)
            m_content = m_stored.copy();
        m_hasHoles = true;
        addZeros(entry.size - m_contentEnd);
    }
    auto record = recordOf(path, entry);
    const auto stored = m_stored.rawDigest();
    if (!m_hasHoles)
        record.digest = stored;
    else if (m_contentKnown)
        record.digest = m_content.rawDigest();
    m_linked.erase(path);
    TRY(m_headers.endData(path, entry.chunks, {reinterpret_cast<const char*>(stored.data()), kDataCheck}));
    return m_index.add(record);
}

Result<void> LayerRecorder::member(const std::string& path, const TarEntry& entry)
{
    if (entry.type == TarType::HardLink)
        m_linked.insert(path);
    auto record = recordOf(path, entry);
    if (entry.type == TarType::HardLink)
        record.link = TRY(insidePath(entry.linkPath));
    return m_index.add(record);
}

Result<void> LayerRecorder::whiteout(const std::string& path)
{
    FileRecord record;
    record.kind = RecordKind::Whiteout;
    record.path = path;
    return m_index.add(record);
}

Result<void> LayerRecorder::removing(const std::string& path)
{
    TRY(keep(path));
    return m_index.gone(path);
}

// Only the worker writes to the layer: what is looked at stays what it is.
Result<void> LayerRecorder::keep(const std::string& path)
{
    std::vector<std::string> left{path};
    while (!left.empty()) {
        const auto next = std::move(left.back());
        left.pop_back();
        const auto place = TRY(openInside(m_root, next, O_PATH | O_NOFOLLOW));
        struct stat status{};
        if (::fstat(place.get(), &status) != 0)
            return systemFailure(std::format("cannot look at {}", next));
        if (S_ISDIR(status.st_mode)) {
            const auto directory = TRY(openInside(m_root, next, O_RDONLY | O_DIRECTORY));
            for (const auto& name : TRY(directoryNames(directory.borrow())))
                left.push_back(std::format("{}/{}", next, name));
        } else if (S_ISREG(status.st_mode) && status.st_size > 0 && !m_linked.contains(next)) {
            const auto file = TRY(openInside(m_root, next, O_RDONLY | O_NOFOLLOW));
            TRY(m_headers.keep(next, file.borrow()));
        }
    }
    return {};
}

Result<void> LayerRecorder::finish(const std::vector<std::string>& opaque, const std::vector<std::string>& implied)
{
    for (const auto& path : implied) {
        FileRecord record;
        record.kind = RecordKind::Implied;
        record.path = path;
        record.mode = 0755;
        TRY(m_index.add(record));
    }
    for (const auto& path : opaque)
        TRY(m_index.opaque(path));
    TRY(m_headers.finish());
    return m_index.finish();
}

} // namespace lamella::layer
