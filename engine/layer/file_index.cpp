// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/file_index.h"

#include "engine/layer/wire.h"
#include "engine/os/file.h"

#include <algorithm>
#include <format>
#include <limits>
#include <map>

namespace lamella::layer {

namespace {

constexpr std::size_t kMaxIndex = 512u << 20;
constexpr std::size_t kMaxIndexRecords = 4'000'000; // what the reader takes of an archive
constexpr std::size_t kLongestPath = 4096;

std::unexpected<Error> damagedIndex(std::string_view how)
{
    return failure(ErrorKind::InvalidArgument, std::format("the layer's index is damaged: {}", how));
}

// The order of a tree: what stands below a directory comes before what only begins with the same letters.
struct TreeOrder {
    using is_transparent = void;
    bool operator()(std::string_view a, std::string_view b) const
    {
        const auto rank = [](char c) { return c == '/' ? 0 : static_cast<unsigned char>(c) + 1; };
        return std::ranges::lexicographical_compare(a, b, {}, rank, rank);
    }
};

using Records = std::map<std::string, FileRecord, TreeOrder>;

class Parser {
public:
    Parser(std::string_view text, IndexSink& sink)
        : m_text(text)
        , m_sink(sink)
    {
    }

    Result<void> run()
    {
        TRY(checkDigest());
        Unpacker unpacker{m_text};
        if (TRY(unpacker.bytes(std::min(kIndexMagic.size(), unpacker.left()))) != kIndexMagic)
            return damagedIndex("it does not begin as one");
        for (;;) {
            const auto kind = static_cast<RecordKind>(TRY(unpacker.byte()));
            if (kind == RecordKind::End)
                break;
            if (kind > RecordKind::End || ++m_count > kMaxIndexRecords)
                return damagedIndex("a record is of an unknown kind, or one too many");
            TRY(readRecord(kind, unpacker));
        }
        if (TRY(unpacker.number()) != m_count || !unpacker.atEnd())
            return damagedIndex("the number of records is wrong");
        return {};
    }

private:
    Result<void> checkDigest()
    {
        if (m_text.size() < sizeof(ContentDigest))
            return damagedIndex("it is too short");
        const auto written = m_text.substr(m_text.size() - sizeof(ContentDigest));
        m_text.remove_suffix(sizeof(ContentDigest));
        Sha256 hash;
        hash.add(std::as_bytes(std::span{m_text}));
        if (!std::ranges::equal(hash.rawDigest(), std::as_bytes(std::span{written})))
            return damagedIndex("the checksum is wrong");
        return {};
    }

    Result<void> readRecord(RecordKind kind, Unpacker& unpacker)
    {
        const auto shared = TRY(unpacker.number());
        const auto suffix = TRY(unpacker.text());
        std::string& path = m_record.path;
        if (shared > path.size() || shared + suffix.size() > kLongestPath)
            return damagedIndex("a path is wrong");
        path.resize(shared);
        path += suffix;
        if (kind == RecordKind::Opaque)
            return m_sink.opaque(path);
        if (kind == RecordKind::Gone)
            return m_sink.gone(path);
        FileRecord next;
        next.kind = kind;
        next.path = std::move(path);
        m_record = std::move(next);
        if (kind != RecordKind::Whiteout)
            TRY(readFields(m_record, unpacker));
        return m_sink.add(m_record);
    }

    static Result<void> readFields(FileRecord& record, Unpacker& unpacker)
    {
        const auto number = [&unpacker](auto& to) -> Result<void> {
            const auto value = TRY(unpacker.number());
            if (value > std::numeric_limits<std::remove_reference_t<decltype(to)>>::max())
                return damagedIndex("a number is too large");
            to = static_cast<std::remove_reference_t<decltype(to)>>(value);
            return {};
        };
        TRY(number(record.mode));
        TRY(number(record.uid));
        TRY(number(record.gid));
        const auto seconds = TRY(unpacker.number());
        record.mtime.tv_sec = static_cast<std::int64_t>(seconds >> 1 ^ -(seconds & 1));
        TRY(number(record.mtime.tv_nsec));
        if (record.mode > 07777 || record.mtime.tv_nsec > 999'999'999)
            return damagedIndex("a mode or a time is wrong");
        if (record.kind == RecordKind::CharDevice || record.kind == RecordKind::BlockDevice) {
            TRY(number(record.deviceMajor));
            TRY(number(record.deviceMinor));
        } else if (record.kind == RecordKind::Symlink || record.kind == RecordKind::HardLink) {
            record.link = TRY(unpacker.text());
        } else if (record.kind == RecordKind::File) {
            TRY(number(record.size));
            if (TRY(unpacker.byte()) != 0)
                std::ranges::copy(std::as_bytes(std::span{TRY(unpacker.bytes(sizeof(ContentDigest)))}),
                                  record.digest.emplace().begin());
        }
        return {};
    }

    std::string_view m_text;
    IndexSink& m_sink;
    FileRecord m_record; ///< the last one: its path is what the next one's begins with
    std::uint64_t m_count = 0;
};

class Collector final : public IndexSink {
public:
    Result<void> add(const FileRecord& record) override
    {
        // Archives are mostly in the order of their tree.
        m_records.insert_or_assign(m_records.end(), record.path, record);
        return {};
    }

    Result<void> gone(std::string_view path) override
    {
        const auto first = m_records.lower_bound(path);
        auto last = first;
        while (last != m_records.end()
               && (path.empty() || last->first == path
                   || (last->first.starts_with(path) && last->first[path.size()] == '/')))
            ++last;
        m_records.erase(first, last);
        return {};
    }

    Result<void> opaque(std::string_view path) override
    {
        m_opaque.emplace_back(path);
        return {};
    }

    std::vector<FileRecord> take()
    {
        for (const auto& path : m_opaque) {
            if (const auto found = m_records.find(path); found != m_records.end())
                found->second.opaque = true;
        }
        std::vector<FileRecord> records;
        records.reserve(m_records.size());
        for (auto& [path, record] : m_records)
            records.push_back(std::move(record));
        return records;
    }

private:
    Records m_records;
    std::vector<std::string> m_opaque;
};

} // namespace

Result<void> readIndex(std::string_view text, IndexSink& sink)
{
    return Parser{text, sink}.run();
}

Result<std::string> indexText(BorrowedFd file)
{
    return os::readAll(file, "the layer's index", kMaxIndex);
}

Result<FileIndex> FileIndex::parse(std::string_view text)
{
    Collector collector;
    TRY(readIndex(text, collector));
    FileIndex index;
    index.m_records = collector.take();
    return index;
}

Result<FileIndex> FileIndex::read(BorrowedFd file)
{
    return parse(TRY(indexText(file)));
}

const FileRecord* FileIndex::find(std::string_view path) const
{
    const auto found = std::ranges::lower_bound(m_records, path, TreeOrder{}, &FileRecord::path);
    return found != m_records.end() && found->path == path ? &*found : nullptr;
}

} // namespace lamella::layer
