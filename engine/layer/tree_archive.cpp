// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/tree_archive.h"

#include "engine/layer/directory_names.h"
#include "engine/layer/file_attributes.h"
#include "engine/layer/regular_file.h"
#include "engine/layer/tar_writer.h"
#include "engine/layer/tree.h"
#include "engine/layer/whiteout.h"
#include "engine/os/file.h"
#include "engine/os/mount.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <algorithm>
#include <climits>
#include <format>
#include <map>
#include <optional>

namespace lamella::layer {

namespace {

constexpr std::size_t kMaxNames = 500'000; // in a directory and those above it
constexpr std::size_t kMaxPiecesOfFile = 50'000; // of one file: what is more is written with its holes
constexpr std::uint64_t kProgressStep = 1u << 20;

// The tree on a mount of our own, on which the kernel opens no device: what was a file when it was looked at may be one
// when it is opened. Read-only, so that no access times are written either.
Result<UniqueFd> withoutDevices(BorrowedFd root)
{
    struct statvfs status{};
    if (::fstatvfs(root.get(), &status) != 0)
        return systemFailure("cannot look at the tree");
    if ((status.f_flag & ST_NODEV) != 0)
        return os::duplicate(root);
    auto mount = TRY(os::cloneMount(root, "", false));
    constexpr std::uint64_t kAttributes = MOUNT_ATTR_NODEV | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC | MOUNT_ATTR_RDONLY;
    TRY(os::setMountAttributes(mount.borrow(), kAttributes, 0, false, "the tree's mount"));
    return mount;
}

std::string joined(const std::string& parent, std::string_view name)
{
    std::string path;
    path.reserve(parent.size() + 1 + name.size());
    path += parent;
    if (!parent.empty())
        path += '/';
    path += name;
    return path;
}

using Part = PathSelection::Part;

// A directory whose names are being worked off.
struct OpenLevel {
    std::string path;
    std::vector<std::string> names;
    std::size_t next = 0;
    bool hidesLower = false; ///< it or one above is opaque
};

class TreeArchiver {
public:
    TreeArchiver(BorrowedFd root, ByteSink& sink, const ArchiveOptions& options)
        : m_root(root)
        , m_options(options)
        , m_ids{options.idBase, options.idCount, options.hasLayers}
        , m_tar(sink)
        , m_buffer(256u << 10)
    {
    }

    Result<ArchivedTree> run()
    {
        m_mount = TRY(withoutDevices(m_root));
        m_root = m_mount.borrow();
        m_directory = TRY(openInside(m_root, {}, O_RDONLY | O_DIRECTORY));
        TRY(addDirectory({}, TRY(os::status(m_directory.borrow(), "the tree"))));
        while (!m_levels.empty()) {
            auto& level = m_levels.back();
            if (m_options.stop.stop_requested())
                return failure(ErrorKind::Cancelled, "writing the archive was cancelled");
            if (level.next == level.names.size())
                leave();
            else if (m_directory) // else it was moved away meanwhile
                TRY(add(level.path, std::move(level.names[level.next++])));
            else
                level.next = level.names.size();
        }
        TRY(m_tar.finish());
        return m_done;
    }

private:
    std::size_t room() const { return kMaxNames - std::min(m_held, kMaxNames); }

    // However deep the tree is, one directory is open.
    void leave()
    {
        m_held -= m_levels.back().names.size();
        m_levels.pop_back();
        m_directory.reset();
        if (m_levels.empty())
            return;
        if (auto parent = openInside(m_root, m_levels.back().path, O_RDONLY | O_DIRECTORY))
            m_directory = std::move(*parent);
    }

    Result<void> add(const std::string& parent, std::string name)
    {
        auto path = joined(parent, name);
        if (path.size() >= PATH_MAX)
            return {};
        const auto part = m_options.selection.of(path);
        if (part == Part::None)
            return {};
        struct stat status{};
        if (::fstatat(m_directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
            return errno == ENOENT ? Result<void>{} : systemFailure(std::format("cannot look at {}", path));
        if (part == Part::Above && !S_ISDIR(status.st_mode))
            return {}; // what was selected went with the directory
        if (m_options.isUpper && isWhiteout(status))
            return addMark(parent, std::string{kWhiteoutPrefix} + name, status);
        if (m_options.isUpper && name.starts_with(kWhiteoutPrefix)) {
            return failure(ErrorKind::InvalidArgument,
                           std::format("{}: such a name means a deletion in an image, so rename or remove it", path));
        }
        if (S_ISSOCK(status.st_mode))
            return {};
        if (S_ISDIR(status.st_mode))
            return enter(name, std::move(path), status);
        if (S_ISREG(status.st_mode))
            return addFile(name, path);
        if (status.st_nlink > 1 && TRY(addedAsLink(path, status)))
            return {};
        return addOther(name, path, status);
    }

    TarEntry entryOf(const std::string& path, TarType type, const struct stat& status) const
    {
        TarEntry entry;
        entry.type = type;
        entry.path = path;
        entry.mode = status.st_mode & 07777;
        entry.uid = m_ids.inside(status.st_uid);
        entry.gid = m_ids.inside(status.st_gid);
        entry.mtime = status.st_mtim;
        return entry;
    }

    Result<void> begin(const TarEntry& entry)
    {
        ++m_done.entries;
        m_done.longest = std::max(m_done.longest, Bytes{entry.size});
        m_done.depth = std::max(m_done.depth, static_cast<std::uint64_t>(std::ranges::count(entry.path, '/')));
        return m_tar.begin(entry);
    }

    Result<void> write(const TarEntry& entry)
    {
        TRY(begin(entry));
        return m_tar.end();
    }

    // An empty file whose name says something of the layers below.
    Result<void> addMark(const std::string& parent, const std::string& name, const struct stat& status)
    {
        auto entry = entryOf(joined(parent, name), TarType::File, status);
        entry.mode = 0;
        entry.uid = entry.gid = 0;
        return write(entry);
    }

    Result<void> enter(const std::string& name, std::string path, const struct stat& status)
    {
        UniqueFd directory{::openat(m_directory.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)};
        if (!directory && (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
            return {};
        if (!directory)
            return systemFailure(std::format("cannot read {}", path));
        m_directory = std::move(directory);
        return addDirectory(std::move(path), status);
    }

    // m_directory is the directory `path`.
    Result<void> addDirectory(std::string path, const struct stat& status)
    {
        const bool isSelected = m_options.selection.of(path) == Part::Within;
        const bool isNew = !isSelected && !path.empty() && m_options.writesAbove && m_options.writesAbove(path);
        if (isSelected || isNew) {
            auto entry = entryOf(path.empty() ? "./" : path + '/', TarType::Directory, status);
            entry.xattrs = TRY(layerXattrs(m_directory.borrow(), path, m_ids));
            TRY(write(entry));
        }
        const bool opaque = m_options.isUpper && isOpaque(m_directory.borrow());
        if (opaque && isSelected)
            TRY(addMark(path, std::string{kOpaqueName}, status));
        const bool hidesLower = opaque || (!m_levels.empty() && m_levels.back().hidesLower);
        auto names = TRY_WITHIN(std::format("cannot read {}", path), directoryNames(m_directory.borrow(), room()));
        if (hidesLower && !isSelected && !isNew)
            TRY(addHidden(path, names, status));
        m_held += names.size();
        m_levels.push_back({std::move(path), std::move(names), 0, hidesLower});
        return {};
    }

    // Selected names that an opaque directory hides of the layers below: there is nothing in it that says so of each.
    Result<void> addHidden(const std::string& path, const std::vector<std::string>& names, const struct stat& status)
    {
        for (const auto& name : m_options.selection.namesIn(path)) {
            if (!std::ranges::binary_search(names, name))
                TRY(addMark(path, std::string{kWhiteoutPrefix} + name, status));
        }
        return {};
    }

    // True when another name of the same file was written before.
    Result<bool> addedAsLink(const std::string& path, const struct stat& status)
    {
        const auto [known, isNew] = m_links.try_emplace({status.st_dev, status.st_ino}, path);
        if (isNew)
            return false;
        auto entry = entryOf(path, TarType::HardLink, status);
        entry.linkPath = known->second;
        TRY(write(entry));
        return true;
    }

    Result<void> addOther(const std::string& name, const std::string& path, const struct stat& status)
    {
        auto entry = entryOf(path, TarType::Fifo, status);
        if (S_ISLNK(status.st_mode)) {
            entry.type = TarType::Symlink;
            entry.mode = 0777;
            std::string target(PATH_MAX, '\0');
            const auto length = ::readlinkat(m_directory.get(), name.c_str(), target.data(), target.size());
            if (length < 0 && (errno == ENOENT || errno == EINVAL)) { // it went meanwhile
                m_links.erase({status.st_dev, status.st_ino});
                return {};
            }
            if (length < 0)
                return systemFailure(std::format("cannot read the link {}", path));
            entry.linkPath = target.substr(0, static_cast<std::size_t>(length));
        } else if (!S_ISFIFO(status.st_mode)) {
            entry.type = S_ISCHR(status.st_mode) ? TarType::CharDevice : TarType::BlockDevice;
            entry.deviceMajor = ::major(status.st_rdev);
            entry.deviceMinor = ::minor(status.st_rdev);
        }
        return write(entry);
    }

    // Nothing where it is no regular file any more. A fifo is not waited for, and a socket, a device or a symlink not
    // opened at all.
    Result<std::optional<UniqueFd>> open(const std::string& name, const std::string& path) const
    {
        UniqueFd file{::openat(m_directory.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)};
        if (file)
            return file;
        const int error = errno;
        struct stat status{};
        if (::fstatat(m_directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(status.st_mode))
            return std::nullopt;
        if (error == EWOULDBLOCK) // a lease (fcntl(2), F_SETLEASE), which is waited for
            return openRegularFile(m_directory.borrow(), name, OnLease::Wait);
        return systemFailure(std::format("cannot read {}", path), error);
    }

    Result<void> addFile(const std::string& name, const std::string& path)
    {
        const auto file = TRY(open(name, path));
        if (!file)
            return {};
        const auto status = TRY(os::status(file->borrow(), path));
        if (!S_ISREG(status.st_mode) || (status.st_nlink > 1 && TRY(addedAsLink(path, status))))
            return {};
        return addContent(file->borrow(), path, status);
    }

    Result<void> addContent(BorrowedFd file, const std::string& path, const struct stat& status)
    {
        auto entry = entryOf(path, TarType::File, status);
        entry.size = static_cast<std::uint64_t>(status.st_size);
        entry.xattrs = TRY(layerXattrs(file, path, m_ids));
        entry.chunks = chunksOf(file, status);
        TRY(begin(entry));
        for (const auto& chunk : entry.chunks)
            TRY(copy(file, path, chunk));
        return m_tar.end();
    }

    static std::vector<TarChunk> chunksOf(BorrowedFd file, const struct stat& status)
    {
        const auto size = static_cast<std::uint64_t>(status.st_size);
        constexpr std::uint64_t kStatBlock = 512; // stat(2), st_blocks
        if (static_cast<std::uint64_t>(status.st_blocks) * kStatBlock >= size)
            return {{0, size}};
        std::vector<TarChunk> chunks;
        for (std::uint64_t end = 0; end < size;) {
            const auto begin = ::lseek(file.get(), static_cast<off_t>(end), SEEK_DATA);
            if (begin < 0 || static_cast<std::uint64_t>(begin) >= size)
                break;
            const auto hole = ::lseek(file.get(), begin, SEEK_HOLE);
            end = hole < 0 || chunks.size() == kMaxPiecesOfFile ? size
                                                                : std::min(static_cast<std::uint64_t>(hole), size);
            chunks.push_back({static_cast<std::uint64_t>(begin), end - static_cast<std::uint64_t>(begin)});
        }
        // Where the file ends is said by a piece of nothing.
        if (chunks.empty() || chunks.back().offset + chunks.back().length < size)
            chunks.push_back({size, 0});
        return chunks;
    }

    // What the file no longer has is zeros: its header is written already.
    Result<void> copy(BorrowedFd file, const std::string& path, const TarChunk& chunk)
    {
        std::uint64_t done = 0;
        bool ended = false;
        while (done < chunk.length) {
            if (m_options.stop.stop_requested())
                return failure(ErrorKind::Cancelled, "writing the archive was cancelled");
            const auto piece = std::span{m_buffer}.first(std::min<std::uint64_t>(m_buffer.size(), chunk.length - done));
            const auto count
                = ended ? 0 : ::pread(file.get(), piece.data(), piece.size(), static_cast<off_t>(chunk.offset + done));
            if (count < 0)
                return systemFailure(std::format("cannot read {}", path));
            ended = ended || count == 0;
            const auto have = ended ? piece : piece.first(static_cast<std::size_t>(count));
            if (ended)
                std::ranges::fill(have, std::byte{});
            TRY(m_tar.data(have));
            done += have.size();
            tell(have.size());
        }
        return {};
    }

    void tell(std::uint64_t bytes)
    {
        m_done.size += {bytes};
        if (!m_options.progress || m_done.size.value - m_told < kProgressStep)
            return;
        m_told = m_done.size.value;
        m_options.progress(m_done.size);
    }

    UniqueFd m_mount;
    BorrowedFd m_root;
    const ArchiveOptions& m_options;
    IdShift m_ids;
    TarWriter m_tar;
    std::vector<std::byte> m_buffer;
    UniqueFd m_directory; ///< of the last level
    std::vector<OpenLevel> m_levels;
    std::size_t m_held = 0; ///< names in m_levels
    std::map<std::pair<dev_t, ino_t>, std::string> m_links;
    ArchivedTree m_done;
    std::uint64_t m_told = 0;
};

} // namespace

Result<ArchivedTree> archiveTree(BorrowedFd root, ByteSink& sink, const ArchiveOptions& options)
{
    return TreeArchiver{root, sink, options}.run();
}

} // namespace lamella::layer
