// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/tar_writer.h"

#include "engine/layer/tar_header.h"

#include <algorithm>
#include <cstring>
#include <format>

namespace lamella::layer {

namespace {

constexpr std::size_t kBuffer = 256u << 10;
constexpr std::size_t kDirect = 64u << 10; // larger pieces are passed on as they are
constexpr std::size_t kName = 100;

bool fitsOctal(std::uint64_t number, unsigned digits)
{
    return number < 1ull << (3 * digits);
}

char typeFlag(TarType type)
{
    switch (type) {
    case TarType::File:
        return '0';
    case TarType::HardLink:
        return '1';
    case TarType::Symlink:
        return '2';
    case TarType::CharDevice:
        return '3';
    case TarType::BlockDevice:
        return '4';
    case TarType::Directory:
        return '5';
    case TarType::Fifo:
        return '6';
    }
    return '0';
}

bool isSparse(const TarEntry& entry)
{
    return entry.type == TarType::File
        && (entry.chunks.size() != 1 || entry.chunks[0].offset != 0 || entry.chunks[0].length != entry.size)
        && entry.size > 0;
}

// GNU tar's manual, "Storing Sparse Files", PAX 1.0: lines of numbers, filled up to a block.
std::string sparseMap(const std::vector<TarChunk>& chunks)
{
    auto map = std::format("{}\n", chunks.size());
    for (const auto& chunk : chunks)
        map += std::format("{}\n{}\n", chunk.offset, chunk.length);
    map.resize((map.size() + kTarBlock - 1) / kTarBlock * kTarBlock);
    return map;
}

std::string timeText(const timespec& time)
{
    // A time before 1970 counts down from its second, its fraction up (paxTime() reads it the same way).
    if (time.tv_sec >= 0 || time.tv_nsec == 0)
        return time.tv_nsec == 0 ? std::format("{}", time.tv_sec) : std::format("{}.{:09}", time.tv_sec, time.tv_nsec);
    return std::format("-{}.{:09}", -(time.tv_sec + 1), 1'000'000'000 - time.tv_nsec);
}

} // namespace

TarWriter::TarWriter(ByteSink& sink)
    : m_sink(sink)
{
    m_buffer.reserve(kBuffer + (64u << 10));
}

Result<void> TarWriter::flush()
{
    if (m_buffer.empty())
        return {};
    TRY(m_sink.write(std::as_bytes(std::span{m_buffer})));
    m_buffer.clear();
    return {};
}

// The length of a record counts its own digits.
void TarWriter::addRecord(std::string_view key, std::string_view value)
{
    const auto rest = key.size() + value.size() + 3;
    auto length = rest + 1;
    while (length != rest + std::to_string(length).size())
        length = rest + std::to_string(length).size();
    m_records += std::format("{} {}=", length, key);
    m_records += value;
    m_records += '\n';
}

void TarWriter::addHeader(const TarEntry& entry, char type, std::string_view name, std::uint64_t size)
{
    const auto at = m_buffer.size();
    m_buffer.resize(at + kTarBlock);
    auto* block = m_buffer.data() + at;
    const auto text = [block](std::size_t offset, std::string_view value) {
        std::memcpy(block + offset, value.data(), std::min(value.size(), kName));
    };
    // What does not fit stands in the extended header.
    const auto octal = [block](std::size_t offset, unsigned digits, std::uint64_t number) {
        for (unsigned i = digits; i > 0; --i, number >>= 3)
            block[offset + i - 1] = static_cast<char>('0' + (number & 7));
    };
    text(0, name);
    octal(100, 7, entry.mode);
    octal(108, 7, fitsOctal(entry.uid, 7) ? entry.uid : 0);
    octal(116, 7, fitsOctal(entry.gid, 7) ? entry.gid : 0);
    octal(124, 11, fitsOctal(size, 11) ? size : 0);
    const auto seconds = static_cast<std::uint64_t>(entry.mtime.tv_sec);
    octal(136, 11, fitsOctal(seconds, 11) ? seconds : 0);
    block[156] = type;
    text(157, entry.linkPath);
    text(257, {"ustar\00000", 8});
    octal(329, 7, entry.deviceMajor);
    octal(337, 7, entry.deviceMinor);
    std::memset(block + 148, ' ', 8);
    unsigned sum = 0;
    for (std::size_t i = 0; i < kTarBlock; ++i)
        sum += static_cast<unsigned char>(block[i]);
    octal(148, 6, sum);
    block[154] = '\0';
}

// What the header has no room for.
void TarWriter::addRecords(const TarEntry& entry, std::uint64_t size)
{
    if (isSparse(entry)) {
        addRecord("GNU.sparse.major", "1");
        addRecord("GNU.sparse.minor", "0");
        addRecord("GNU.sparse.name", entry.path);
        addRecord("GNU.sparse.realsize", std::to_string(entry.size));
    } else if (entry.path.size() > kName) {
        addRecord("path", entry.path);
    }
    if (entry.linkPath.size() > kName)
        addRecord("linkpath", entry.linkPath);
    if (!fitsOctal(size, 11))
        addRecord("size", std::to_string(size));
    if (!fitsOctal(entry.uid, 7))
        addRecord("uid", std::to_string(entry.uid));
    if (!fitsOctal(entry.gid, 7))
        addRecord("gid", std::to_string(entry.gid));
    if (entry.mtime.tv_nsec != 0 || !fitsOctal(static_cast<std::uint64_t>(entry.mtime.tv_sec), 11))
        addRecord("mtime", timeText(entry.mtime));
    for (const auto& [key, value] : entry.xattrs)
        addRecord(std::format("{}{}", kXattrPrefix, key), value);
}

Result<void> TarWriter::begin(const TarEntry& entry)
{
    if (m_buffer.size() >= kBuffer)
        TRY(flush());
    const auto map = isSparse(entry) ? sparseMap(entry.chunks) : std::string{};
    m_missing = 0;
    for (const auto& chunk : entry.chunks)
        m_missing += chunk.length;
    const auto size = m_missing + map.size();
    addRecords(entry, size);
    if (!m_records.empty()) {
        TarEntry extended;
        extended.mode = 0644;
        addHeader(extended, 'x', "PaxHeaders", m_records.size());
        m_buffer += m_records;
        m_buffer.append(paddingOf(m_records.size()), '\0');
        m_records.clear();
    }
    addHeader(entry, typeFlag(entry.type), entry.path, size);
    m_buffer += map;
    m_padding = paddingOf(size);
    return {};
}

Result<void> TarWriter::data(std::span<const std::byte> bytes)
{
    if (bytes.size() > m_missing)
        return failure(ErrorKind::Failed, "more of a file was written than its header says");
    m_missing -= bytes.size();
    if (bytes.size() >= kDirect) {
        TRY(flush());
        return m_sink.write(bytes);
    }
    m_buffer.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return m_buffer.size() >= kBuffer ? flush() : Result<void>{};
}

Result<void> TarWriter::zeros(std::uint64_t count)
{
    while (count > 0) {
        const auto piece = std::min<std::uint64_t>(count, kBuffer);
        m_buffer.append(piece, '\0');
        count -= piece;
        if (m_buffer.size() >= kBuffer)
            TRY(flush());
    }
    return {};
}

Result<void> TarWriter::end()
{
    TRY(zeros(m_missing + m_padding));
    m_missing = m_padding = 0;
    return {};
}

Result<void> TarWriter::finish()
{
    TRY(zeros(2 * kTarBlock));
    return flush();
}

} // namespace lamella::layer
