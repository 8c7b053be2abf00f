// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/layer_recorder.h"

#include "engine/layer/tree.h"
#include "engine/os/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <format>
#include <memory>

namespace lamella::layer {

namespace {

// A few bytes of an archive can speak of terabytes of holes: so much of them is hashed.
constexpr std::uint64_t kHashedZeros = 1ull << 30;
constexpr std::size_t kMaxHardLinks = 1'500'000;

struct CloseListing {
    void operator()(DIR* stream) const { ::closedir(stream); }
};

// All below a directory but directories. However many names there are, few are in memory, and one directory is open.
// Nobody else may write to the tree meanwhile.
class FilesBelow {
public:
    FilesBelow(BorrowedFd root, std::string directory)
        : m_root(root)
        , m_path(std::move(directory))
        , m_entered{{m_path.size(), 0}}
    {
    }

    // Nothing at the end.
    Result<std::optional<std::string>> next()
    {
        while (!m_entered.empty()) {
            if (!m_listing)
                TRY(list());
            const auto* entry = ::readdir(m_listing.get());
            if (!entry) {
                m_entered.pop_back();
                m_path.resize(m_entered.empty() ? 0 : m_entered.back().length);
                m_listing.reset();
                continue;
            }
            const std::string_view name{entry->d_name};
            if (name == "." || name == "..")
                continue;
            auto path = std::format("{}/{}", m_path, name);
            struct stat status{};
            if (::fstatat(::dirfd(m_listing.get()), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
                return systemFailure(std::format("cannot look at {}", path));
            if (!S_ISDIR(status.st_mode))
                return path;
            m_entered.back().position = ::telldir(m_listing.get());
            m_entered.push_back({path.size(), 0});
            m_path = std::move(path);
            m_listing.reset();
        }
        return std::nullopt;
    }

private:
    struct Entered {
        std::size_t length = 0; ///< of its path
        long position = 0; ///< where to go on in it
    };

    Result<void> list()
    {
        auto fd = TRY(openInside(m_root, m_path, O_RDONLY | O_DIRECTORY));
        m_listing.reset(::fdopendir(fd.get()));
        if (!m_listing)
            return systemFailure(std::format("cannot list {}", m_path));
        std::ignore = fd.release();
        if (m_entered.back().position != 0)
            ::seekdir(m_listing.get(), m_entered.back().position);
        return {};
    }

    BorrowedFd m_root;
    std::string m_path;
    std::vector<Entered> m_entered;
    std::unique_ptr<DIR, CloseListing> m_listing;
};

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
    if (entry.type == TarType::HardLink && m_linked.size() == kMaxHardLinks)
        return failure(ErrorKind::LimitExceeded, std::format("the layer has more than {} hard links", kMaxHardLinks));
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
    const auto place = TRY(openInside(m_root, path, O_PATH | O_NOFOLLOW));
    const auto status = TRY(os::status(place.borrow(), path));
    if (S_ISREG(status.st_mode))
        return keepFile(path);
    if (!S_ISDIR(status.st_mode))
        return {};
    FilesBelow files{m_root, path};
    while (const auto file = TRY(files.next()))
        TRY(keepFile(*file));
    return {};
}

// Nothing where it is no file, or where the archive had its data elsewhere.
Result<void> LayerRecorder::keepFile(const std::string& path)
{
    if (m_linked.contains(path))
        return {};
    const auto place = TRY(openInside(m_root, path, O_PATH | O_NOFOLLOW));
    const auto status = TRY(os::status(place.borrow(), path));
    if (!S_ISREG(status.st_mode) || status.st_size == 0)
        return {};
    const auto file = TRY(openInside(m_root, path, O_RDONLY | O_NOFOLLOW));
    return m_headers.keep(path, file.borrow());
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
