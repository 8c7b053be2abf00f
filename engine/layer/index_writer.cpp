// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/file_index.h"
#include "engine/layer/wire.h"
#include "engine/os/file.h"

#include <algorithm>

namespace lamella::layer {

namespace {

constexpr std::size_t kFlushAt = 128u << 10;

std::uint64_t zigzag(std::int64_t number)
{
    return static_cast<std::uint64_t>(number) << 1 ^ static_cast<std::uint64_t>(number >> 63);
}

} // namespace

IndexWriter::IndexWriter(BorrowedFd file)
    : m_file(file)
    , m_buffer(kIndexMagic)
{
}

void IndexWriter::begin(RecordKind kind, std::string_view path)
{
    const auto shared = static_cast<std::size_t>(std::ranges::mismatch(m_lastPath, path).in1 - m_lastPath.begin());
    m_buffer += static_cast<char>(kind);
    packNumber(m_buffer, shared);
    packText(m_buffer, path.substr(shared));
    m_lastPath = path;
    ++m_count;
}

Result<void> IndexWriter::end()
{
    return m_buffer.size() >= kFlushAt ? flush() : Result<void>{};
}

Result<void> IndexWriter::flush()
{
    m_hash.add(std::as_bytes(std::span{m_buffer}));
    TRY(os::writeAll(m_file, m_buffer, "the layer's index"));
    m_buffer.clear();
    return {};
}

Result<void> IndexWriter::add(const FileRecord& record)
{
    begin(record.kind, record.path);
    if (record.kind == RecordKind::Whiteout)
        return end();
    packNumber(m_buffer, record.mode);
    packNumber(m_buffer, record.uid);
    packNumber(m_buffer, record.gid);
    packNumber(m_buffer, zigzag(record.mtime.tv_sec));
    packNumber(m_buffer, static_cast<std::uint64_t>(record.mtime.tv_nsec));
    if (record.kind == RecordKind::File) {
        packNumber(m_buffer, record.size);
        m_buffer += record.digest ? '\1' : '\0';
        if (record.digest)
            m_buffer.append(reinterpret_cast<const char*>(record.digest->data()), record.digest->size());
    } else if (record.kind == RecordKind::CharDevice || record.kind == RecordKind::BlockDevice) {
        packNumber(m_buffer, record.deviceMajor);
        packNumber(m_buffer, record.deviceMinor);
    } else if (record.kind == RecordKind::Symlink || record.kind == RecordKind::HardLink) {
        packText(m_buffer, record.link);
    }
    return end();
}

Result<void> IndexWriter::gone(std::string_view path)
{
    begin(RecordKind::Gone, path);
    return end();
}

Result<void> IndexWriter::opaque(std::string_view path)
{
    begin(RecordKind::Opaque, path);
    return end();
}

Result<void> IndexWriter::finish()
{
    m_buffer += static_cast<char>(RecordKind::End);
    packNumber(m_buffer, m_count);
    TRY(flush());
    const auto digest = m_hash.rawDigest();
    return os::writeAll(m_file, {reinterpret_cast<const char*>(digest.data()), digest.size()}, "the layer's index");
}

} // namespace lamella::layer
