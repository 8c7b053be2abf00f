// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/tar_reader.h"

#include "engine/layer/acl_text.h"
#include "engine/layer/tar_sparse.h"

#include <algorithm>
#include <array>
#include <format>
#include <initializer_list>
#include <iterator>
#include <limits>

namespace lamella::layer {

namespace {

constexpr std::uint64_t kMaxEntries = 4'000'000;
constexpr std::uint64_t kMaxMetaBytes = 1u << 20;
constexpr std::uint64_t kMaxGlobalBytes = 64u << 10;
constexpr std::uint64_t kMaxMember = 1ull << 44; // 16 TiB, what ext4 allows
constexpr std::size_t kMaxMemberPath = 4096; // PATH_MAX
constexpr std::size_t kMaxXattrs = 128;
constexpr int kMaxMetaInARow = 16;

// What the tar programs write with --acls, and what the kernel calls it.
constexpr std::array kAclTexts = std::to_array<std::pair<std::string_view, const char*>>({
    {"SCHILY.acl.access", "system.posix_acl_access"},
    {"SCHILY.acl.default", "system.posix_acl_default"},
});

std::unexpected<Error> damaged(std::string_view what)
{
    return failure(ErrorKind::InvalidArgument, std::format("the archive is damaged: {}", what));
}

std::unexpected<Error> cutOff()
{
    return failure(ErrorKind::InvalidArgument, "the archive ends too early");
}

std::optional<TarType> typeOf(char flag)
{
    switch (flag) {
    case '\0':
    case '0':
    case '7': // "contiguous", which no system tells apart
    case 'S': // GNU sparse
        return TarType::File;
    case '1':
        return TarType::HardLink;
    case '2':
        return TarType::Symlink;
    case '3':
        return TarType::CharDevice;
    case '4':
        return TarType::BlockDevice;
    case '5':
        return TarType::Directory;
    case '6':
        return TarType::Fifo;
    default:
        return std::nullopt;
    }
}

bool isGoodName(std::string_view name)
{
    return !name.empty() && name.size() <= kMaxMemberPath && name.find('\0') == std::string_view::npos;
}

} // namespace

// A member's own records count before those of the whole archive.
struct TarReader::MemberRecords {
    const PaxRecords& globals;
    const PaxRecords& own;

    std::optional<std::string_view> value(std::string_view key) const
    {
        const bool isOwn = std::ranges::contains(own, key, &PaxRecords::value_type::first);
        return paxValue(isOwn ? own : globals, key);
    }

    // Where there is one, else from the header's field; -1 for one that is wrong.
    std::int64_t number(std::string_view key, std::string_view field) const
    {
        if (const auto text = value(key)) {
            const auto number = paxNumber(*text);
            return number && *number <= static_cast<std::uint64_t>(INT64_MAX) ? static_cast<std::int64_t>(*number) : -1;
        }
        return tarNumber(field).value_or(-1);
    }
};

TarReader::TarReader(ByteSource& source, std::size_t buffer)
    : m_source(source)
    , m_buffer(buffer)
{
}

Result<bool> TarReader::readBlock(TarBlock& block)
{
    const auto count = TRY(readFully(m_source, std::as_writable_bytes(std::span{block})));
    if (count != 0 && count != block.size())
        return cutOff();
    return count != 0;
}

Result<TarBlock> TarReader::dataBlock()
{
    TarBlock block;
    if (!TRY(readBlock(block)))
        return cutOff();
    return block;
}

Result<void> TarReader::skip(std::uint64_t length)
{
    while (length > 0) {
        const auto want = std::min<std::uint64_t>(length, m_buffer.size());
        const auto count = TRY(m_source.read(std::span{m_buffer}.first(want)));
        if (count == 0)
            return cutOff();
        length -= count;
    }
    return {};
}

Result<std::string> TarReader::readText(std::uint64_t length, std::uint64_t limit)
{
    if (length > limit)
        return failure(ErrorKind::LimitExceeded, std::format("an extended header of the archive has {} bytes", length));
    std::string text(length, '\0');
    if (TRY(readFully(m_source, std::as_writable_bytes(std::span{text}))) != length)
        return cutOff();
    TRY(skip(paddingOf(length)));
    return text;
}

// Reads a header that speaks of the next one. False when it is not such a header.
Result<bool> TarReader::readMeta(const TarHeader& header, Pending& pending)
{
    const char flag = header.typeFlag();
    if (!std::string_view("xgXLKV").contains(flag))
        return false;
    const auto size = tarNumber(header.field(124, 12));
    if (!size || *size < 0)
        return damaged("a size is no number");
    const auto length = static_cast<std::uint64_t>(*size);
    if (flag == 'g') {
        m_globals = {};
        m_globals = TRY(parsePax(TRY(readText(length, kMaxGlobalBytes))));
        return true;
    }
    const auto text = TRY(readText(length, kMaxMetaBytes - pending.length));
    pending.length += length;
    if (flag == 'x' || flag == 'X') {
        auto records = TRY(parsePax(text));
        if (pending.records.empty())
            pending.records = std::move(records);
        else
            std::ranges::move(records, std::back_inserter(pending.records));
    } else if (flag == 'L') {
        pending.longName = text.substr(0, text.find('\0'));
    } else if (flag == 'K') {
        pending.longLink = text.substr(0, text.find('\0'));
    }
    pending.any = pending.any || flag != 'V'; // which names the tape
    return true;
}

// After one zero block: two of them, or one and no more bytes, are the end.
Result<bool> TarReader::isEnd()
{
    TarBlock block;
    if (!TRY(readBlock(block)) || TarHeader{block}.isZero())
        return true;
    return damaged("a header is empty");
}

Result<std::optional<TarEntry>> TarReader::next()
{
    TRY(skip(m_stored));
    TRY(skip(m_padding));
    m_stored = m_padding = 0;
    m_chunks.clear();
    Pending pending;
    for (int metas = 0; metas <= kMaxMetaInARow; ++metas) {
        TarBlock block;
        const bool there = TRY(readBlock(block));
        const TarHeader header{block};
        if (!there || header.isZero()) {
            if (pending.any)
                return cutOff();
            if (there)
                TRY(isEnd());
            return std::nullopt;
        }
        if (!header.hasRightChecksum())
            return damaged("the checksum of a header is wrong");
        if (TRY(readMeta(header, pending)))
            continue;
        if (++m_entries > kMaxEntries)
            return failure(ErrorKind::LimitExceeded, std::format("the archive has more than {} members", kMaxEntries));
        return TRY(build(header, pending));
    }
    return damaged("too many extended headers follow each other");
}

Result<TarEntry> TarReader::build(const TarHeader& header, const Pending& pending)
{
    const auto type = typeOf(header.typeFlag());
    if (!type) {
        const auto flag = static_cast<unsigned>(static_cast<unsigned char>(header.typeFlag()));
        return failure(ErrorKind::Unsupported, std::format("the archive has a member of the unknown type {:#x}", flag));
    }
    const MemberRecords records{m_globals, pending.records};
    TarEntry entry;
    entry.type = *type;
    TRY(readNames(header, pending, entry));
    if (const auto path = records.value("path"))
        entry.path = *path;
    if (const auto path = records.value("GNU.sparse.name"))
        entry.path = *path;
    if (const auto path = records.value("linkpath"))
        entry.linkPath = *path;
    if (entry.type == TarType::File && header.typeFlag() != 'S' && entry.path.ends_with('/'))
        entry.type = TarType::Directory; // how V7 writes directories
    const bool isLink = entry.type == TarType::HardLink || entry.type == TarType::Symlink;
    if (!isGoodName(entry.path) || (isLink && !isGoodName(entry.linkPath)))
        return damaged("a name is empty, too long or has a NUL");
    TRY(readNumbers(header, records, entry));
    if (entry.type == TarType::File)
        TRY_WITHIN(entry.path, readLayout(header, records, entry));
    TRY(readXattrs(pending.records, records, entry));
    m_chunks = entry.chunks;
    return entry;
}

Result<void> TarReader::readXattrs(const PaxRecords& own, const MemberRecords& records, TarEntry& entry) const
{
    for (const auto* some : std::initializer_list<const PaxRecords*>{&m_globals, &own}) {
        for (const auto& [key, value] : *some) {
            if (!key.starts_with(kXattrPrefix))
                continue;
            if (entry.xattrs.size() == kMaxXattrs)
                return failure(ErrorKind::LimitExceeded,
                               std::format("{} has too many extended attributes", entry.path));
            entry.xattrs.emplace_back(key.substr(kXattrPrefix.size()), value);
        }
    }
    if (entry.type == TarType::Symlink) // which have none
        return {};
    for (const auto& [key, name] : kAclTexts) {
        const auto text = records.value(key);
        auto acl = text ? TRY_WITHIN(entry.path, aclFromText(*text)) : std::string{};
        if (!acl.empty())
            entry.xattrs.emplace_back(name, std::move(acl));
    }
    return {};
}

Result<void> TarReader::readNames(const TarHeader& header, const Pending& pending, TarEntry& entry) const
{
    entry.path = header.name();
    if (header.isUstar() && !header.prefix().empty())
        entry.path = std::format("{}/{}", header.prefix(), header.name());
    if (pending.longName)
        entry.path = *pending.longName;
    entry.linkPath = pending.longLink ? *pending.longLink : std::string{header.linkName()};
    return {};
}

Result<void> TarReader::readNumbers(const TarHeader& header, const MemberRecords& records, TarEntry& entry)
{
    constexpr std::int64_t kMaxId = std::numeric_limits<std::uint32_t>::max() - 1;
    const auto mode = tarNumber(header.field(100, 8)).value_or(-1);
    const auto uid = records.number("uid", header.field(108, 8));
    const auto gid = records.number("gid", header.field(116, 8));
    const auto major = tarNumber(header.field(329, 8)).value_or(-1);
    const auto minor = tarNumber(header.field(337, 8)).value_or(-1);
    if (mode < 0 || uid < 0 || uid > kMaxId || gid < 0 || gid > kMaxId)
        return damaged(std::format("mode or owner of {} is wrong", entry.path));
    entry.mode = static_cast<mode_t>(mode & 07777);
    entry.uid = static_cast<uid_t>(uid);
    entry.gid = static_cast<gid_t>(gid);
    if (entry.type == TarType::CharDevice || entry.type == TarType::BlockDevice) {
        if (major < 0 || major > 0xfff || minor < 0 || minor > 0xfffff) // what the kernel's dev_t holds
            return damaged(std::format("the device number of {} is wrong", entry.path));
        entry.deviceMajor = static_cast<unsigned>(major);
        entry.deviceMinor = static_cast<unsigned>(minor);
    }
    const auto seconds = tarNumber(header.field(136, 12));
    const auto text = records.value("mtime");
    const auto time = text ? paxTime(*text) : seconds ? std::optional{timespec{*seconds, 0}} : std::nullopt;
    if (!time)
        return damaged(std::format("the time of {} is wrong", entry.path));
    entry.mtime = *time;
    return {};
}

// How much data follows and where in the file it belongs.
Result<void> TarReader::readLayout(const TarHeader& header, const MemberRecords& records, TarEntry& entry)
{
    const auto stored = records.number("size", header.field(124, 12));
    if (stored < 0 || static_cast<std::uint64_t>(stored) > kMaxMember)
        return damaged("the size is wrong");
    m_stored = static_cast<std::uint64_t>(stored);
    m_padding = paddingOf(m_stored);
    const auto map = [this] {
        return [this]() -> Result<TarBlock> {
            if (m_stored < kTarBlock)
                return cutOff();
            m_stored -= kTarBlock;
            return dataBlock();
        };
    };
    const auto realSize = [&records](std::string_view key) {
        return paxNumber(records.value(key).value_or("")).value_or(kMaxMember + 1);
    };
    entry.size = m_stored;
    if (header.typeFlag() == 'S') {
        const auto size = tarNumber(header.field(483, 12)).value_or(-1);
        entry.size = size < 0 ? kMaxMember + 1 : static_cast<std::uint64_t>(size);
        entry.chunks = TRY(readOldGnuSparse(header, [this] { return dataBlock(); }));
    } else if (records.value("GNU.sparse.major")) {
        if (records.value("GNU.sparse.major") != "1" || records.value("GNU.sparse.minor") != "0")
            return failure(ErrorKind::Unsupported, "a sparse file has an unknown format");
        entry.size = realSize("GNU.sparse.realsize");
        entry.chunks = TRY(readSparseMap(map()));
    } else if (records.value("GNU.sparse.size")) {
        entry.size = realSize("GNU.sparse.size");
        entry.chunks = TRY(readPaxSparse(records.own));
    } else {
        entry.chunks = {{0, m_stored}};
    }
    if (entry.size > kMaxMember)
        return damaged("the size is wrong");
    return checkSparse(entry.chunks, entry.size, m_stored);
}

Result<void> TarReader::readData(const DataSink& sink)
{
    for (const auto& chunk : m_chunks) {
        for (std::uint64_t done = 0; done < chunk.length;) {
            const auto want = std::min<std::uint64_t>(chunk.length - done, m_buffer.size());
            const auto count = TRY(m_source.read(std::span{m_buffer}.first(want)));
            if (count == 0)
                return cutOff();
            m_stored -= count;
            TRY(sink(chunk.offset + done, std::span{m_buffer}.first(count)));
            done += count;
        }
    }
    m_chunks.clear();
    return {};
}

} // namespace lamella::layer
