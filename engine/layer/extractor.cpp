// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/extractor.h"

#include "engine/layer/file_attributes.h"
#include "engine/layer/layer_recorder.h"
#include "engine/layer/tar_reader.h"
#include "engine/layer/tree.h"
#include "engine/layer/whiteout.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <format>
#include <tuple>

namespace lamella::layer {

namespace {

constexpr std::string_view kReservedPrefix = ".wh..wh."; // what AUFS kept for itself
constexpr std::size_t kMaxRemembered = 100'000; // directories
constexpr std::size_t kMaxRememberedBytes = 6u << 20;
constexpr std::uint64_t kWorthWriting = 256u << 10; // smaller files are written together, later
constexpr mode_t kSpecialBits = S_ISUID | S_ISGID | S_ISVTX;
constexpr std::string_view kDefaultAclName = "system.posix_acl_default";

std::unexpected<Error> cannotMake(std::string_view path)
{
    return systemFailure(std::format("cannot unpack {}", path));
}

// Without being in memory twice.
std::vector<std::string> listOf(std::set<std::string>& names)
{
    std::vector<std::string> list;
    list.reserve(names.size());
    while (!names.empty())
        list.push_back(std::move(names.extract(names.begin()).value()));
    return list;
}

} // namespace

Extractor::Extractor(BorrowedFd root, LayerRecorder* recorder, WriteOut writeOut)
    : m_root(root)
    , m_recorder(recorder)
    , m_writeOut(writeOut)
    , m_user(::geteuid())
    , m_group(::getegid())
    , m_directories(root)
{
}

// Those that are known only at the end.
Result<void> Extractor::remember(std::set<std::string>& directories, const std::string& path)
{
    if (!directories.insert(path).second)
        return {};
    return remembered(path.size());
}

Result<void> Extractor::remembered(std::size_t bytes)
{
    m_remembered += bytes;
    if (m_opaque.size() + m_implied.size() + m_defaultAcls.size() > kMaxRemembered
        || m_remembered > kMaxRememberedBytes)
        return failure(ErrorKind::LimitExceeded,
                       "the layer has too many directories that hide others, that its archive does not speak of, or "
                       "that have a default ACL");
    return {};
}

// A default ACL is of what is made in the directory later on, and nothing that the archive has there may get it: they
// come last.
Result<void> Extractor::rememberDefaultAcl(const std::string& path, const std::string& value)
{
    forgetDefaultAcl(path);
    m_defaultAcls.emplace(path, value);
    return remembered(path.size() + value.size());
}

void Extractor::forgetDefaultAcl(const std::string& path)
{
    if (const auto known = m_defaultAcls.find(path); known != m_defaultAcls.end()) {
        m_remembered -= known->first.size() + known->second.size();
        m_defaultAcls.erase(known);
    }
}

// Of the directory, and of those below it: it goes.
void Extractor::forgetDefaultAcls(const std::string& path)
{
    constexpr char kAfterSlash = '/' + 1;
    forgetDefaultAcl(path);
    const auto end = m_defaultAcls.lower_bound(path + kAfterSlash);
    for (auto below = m_defaultAcls.lower_bound(path + '/'); below != end;)
        forgetDefaultAcl((below++)->first);
}

Result<void> Extractor::setDefaultAcls() const
{
    for (const auto& [path, value] : m_defaultAcls) {
        const auto directory = TRY(openInside(m_root, path, O_RDONLY | O_DIRECTORY));
        if (::fsetxattr(directory.get(), kDefaultAclName.data(), value.data(), value.size(), 0) != 0)
            return systemFailure(std::format("cannot set {} on {}", kDefaultAclName, path));
    }
    return {};
}

// Makes one directory that no member spoke of (yet), also where this layer has a whiteout of that name: the directory
// is new then and hides what lies below.
Result<void> Extractor::makeImplied(BorrowedFd parent, const std::string& name, const std::string& path)
{
    if (::mkdirat(parent.get(), name.c_str(), 0755) != 0) {
        struct stat status{};
        if (errno != EEXIST || ::fstatat(parent.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
            return cannotMake(path);
        if (!isWhiteout(status))
            return {};
        if (::unlinkat(parent.get(), name.c_str(), 0) != 0 || ::mkdirat(parent.get(), name.c_str(), 0755) != 0)
            return cannotMake(path);
        TRY(remember(m_opaque, path));
    }
    return remember(m_implied, path);
}

Result<Extractor::Place> Extractor::place(const std::string& path)
{
    const auto [parent, name] = splitPath(path);
    const auto* directory
        = TRY(m_directories.go(parent, [this](BorrowedFd above, const std::string& missing, const std::string& whole) {
              return makeImplied(above, missing, whole);
          }));
    const bool passesGroup = (directory->status.st_mode & S_ISGID) != 0;
    return Place{directory->fd.borrow(), std::string{name}, path, passesGroup ? directory->status.st_gid : m_group};
}

Result<void> Extractor::add(const TarEntry& entry, TarReader& reader)
{
    ++m_entries;
    const auto path = TRY(insidePath(entry.path));
    if (path.empty())
        return setRoot(entry);
    const auto where = TRY(place(path));
    if (where.name.starts_with(kWhiteoutPrefix))
        return addWhiteout(where);
    switch (entry.type) {
    case TarType::File:
        return addFile(where, entry, reader);
    case TarType::Directory:
        TRY(addDirectory(where, entry));
        break;
    case TarType::HardLink:
        TRY(addHardLink(where, entry));
        break;
    case TarType::Symlink:
        TRY(addSymlink(where, entry));
        break;
    case TarType::CharDevice:
    case TarType::BlockDevice:
    case TarType::Fifo:
        TRY(addNode(where, entry));
        break;
    }
    return m_recorder ? m_recorder->member(path, entry) : Result<void>{};
}

// Calls `make` (0 or -1 with errno); where the name is taken, what is there goes first: the last member of a name
// counts.
template <class Make>
Result<void> Extractor::makeInPlace(const Place& place, Make make)
{
    if (make() == 0)
        return {};
    if (errno != EEXIST)
        return cannotMake(place.path);
    if (m_recorder)
        TRY(m_recorder->removing(place.path));
    forgetDefaultAcls(place.path);
    TRY(removeTree(place.parent, place.name));
    if (make() != 0)
        return cannotMake(place.path);
    return {};
}

Result<void> Extractor::addWhiteout(const Place& place)
{
    const auto parent = std::string{splitPath(place.path).parent};
    if (place.name == kOpaqueName)
        return remember(m_opaque, parent);
    if (place.name.starts_with(kReservedPrefix))
        return {};
    const auto hidden = place.name.substr(kWhiteoutPrefix.size());
    if (hidden.empty() || hidden == "." || hidden == "..")
        return failure(ErrorKind::InvalidArgument, std::format("{} is a whiteout of nothing", place.path));
    const auto path = parent.empty() ? hidden : std::format("{}/{}", parent, hidden);
    if (::mknodat(place.parent.get(), hidden.c_str(), S_IFCHR, 0) == 0)
        return m_recorder ? m_recorder->whiteout(path) : Result<void>{};
    if (errno != EEXIST)
        return cannotMake(place.path);
    // A whiteout speaks of the layers below: what this layer itself has of that name stays, but hides all below it.
    struct stat status{};
    if (::fstatat(place.parent.get(), hidden.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(status.st_mode))
        return remember(m_opaque, path);
    return {};
}

// `is` is what the file has already.
Result<void> Extractor::setAttributes(BorrowedFd file, const TarEntry& entry, const struct stat& is)
{
    // In this order: a new owner takes set-id bits and capabilities away.
    const bool changesOwner = entry.uid != is.st_uid || entry.gid != is.st_gid;
    if (changesOwner && ::fchown(file.get(), entry.uid, entry.gid) != 0)
        return cannotMake(entry.path);
    const bool losesBits = changesOwner && (entry.mode & kSpecialBits) != 0;
    if ((losesBits || entry.mode != (is.st_mode & 07777)) && ::fchmod(file.get(), entry.mode) != 0)
        return cannotMake(entry.path);
    for (const auto& [name, value] : entry.xattrs) {
        if (isLayerXattr(name) && name != kDefaultAclName
            && ::fsetxattr(file.get(), name.c_str(), value.data(), value.size(), 0) != 0)
            return systemFailure(std::format("cannot set {} on {}", name, entry.path));
    }
    return {};
}

Result<void> Extractor::setLinkAttributes(const Place& place, const TarEntry& entry) const
{
    const std::array times{entry.mtime, entry.mtime};
    const bool changesOwner = entry.uid != m_user || entry.gid != place.group;
    if ((changesOwner
         && ::fchownat(place.parent.get(), place.name.c_str(), entry.uid, entry.gid, AT_SYMLINK_NOFOLLOW) != 0)
        || ::utimensat(place.parent.get(), place.name.c_str(), times.data(), AT_SYMLINK_NOFOLLOW) != 0)
        return cannotMake(entry.path);
    return {};
}

// Lets the disk begin with what a sync of the whole layer would otherwise have to wait for at its end.
void Extractor::beginWriting(BorrowedFd file, const TarEntry& entry) const
{
    if (m_writeOut == WriteOut::Soon && entry.size >= kWorthWriting)
        std::ignore = ::sync_file_range(file.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
}

Result<void> Extractor::addFile(const Place& place, const TarEntry& entry, TarReader& reader)
{
    UniqueFd file;
    struct stat made{};
    made.st_uid = m_user;
    made.st_gid = place.group;
    made.st_mode = entry.mode & ~kSpecialBits; // those come last
    TRY(makeInPlace(place, [&] {
        file.reset(::openat(place.parent.get(), place.name.c_str(),
                            O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, made.st_mode));
        return file ? 0 : -1;
    }));
    if (m_recorder)
        m_recorder->beginFile();
    TRY(reader.readData([&](std::uint64_t offset, std::span<const std::byte> bytes) -> Result<void> {
        if (m_recorder)
            m_recorder->data(offset, bytes);
        while (!bytes.empty()) {
            const auto count = ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
            if (count < 0)
                return cannotMake(entry.path);
            m_size += {static_cast<std::uint64_t>(count)};
            offset += static_cast<std::uint64_t>(count);
            bytes = bytes.subspan(static_cast<std::size_t>(count));
        }
        return {};
    }));
    // A hole at the end has no data of its own.
    const bool hasHoleLast = entry.size > 0
        && (entry.chunks.empty() || entry.chunks.back().length == 0
            || entry.chunks.back().offset + entry.chunks.back().length < entry.size);
    if (hasHoleLast && ::ftruncate(file.get(), static_cast<off_t>(entry.size)) != 0)
        return cannotMake(entry.path);
    TRY(setAttributes(file.borrow(), entry, made));
    const std::array times{entry.mtime, entry.mtime};
    if (::futimens(file.get(), times.data()) != 0)
        return cannotMake(entry.path);
    beginWriting(file.borrow(), entry);
    return m_recorder ? m_recorder->endFile(place.path, entry) : Result<void>{};
}

Result<void> Extractor::addDirectory(const Place& place, const TarEntry& entry)
{
    const auto make = [&] { return ::mkdirat(place.parent.get(), place.name.c_str(), entry.mode & ~kSpecialBits); };
    if (make() != 0) {
        struct stat status{};
        if (errno != EEXIST || ::fstatat(place.parent.get(), place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
            return cannotMake(entry.path);
        if (!S_ISDIR(status.st_mode)) {
            if (isWhiteout(status))
                TRY(remember(m_opaque, place.path));
            TRY(makeInPlace(place, make));
        }
    }
    if (m_implied.erase(place.path) > 0)
        m_remembered -= place.path.size();
    return setDirectory(*TRY(m_directories.enter(place.name)), place.path, entry);
}

Result<void> Extractor::setDirectory(OpenPath::Directory& directory, const std::string& path, const TarEntry& entry)
{
    TRY(setAttributes(directory.fd.borrow(), entry, directory.status));
    forgetDefaultAcl(path);
    for (const auto& [name, value] : entry.xattrs) {
        if (name == kDefaultAclName)
            TRY(rememberDefaultAcl(path, value));
    }
    directory.status.st_gid = entry.gid;
    directory.status.st_mode = S_IFDIR | entry.mode;
    directory.time = entry.mtime;
    return {};
}

Result<void> Extractor::setRoot(const TarEntry& entry)
{
    if (entry.type != TarType::Directory)
        return failure(ErrorKind::InvalidArgument, "the layer's root is not a directory in the archive");
    TRY(setDirectory(*TRY(m_directories.go({}, {})), {}, entry));
    return m_recorder ? m_recorder->member({}, entry) : Result<void>{};
}

Result<void> Extractor::addHardLink(const Place& place, const TarEntry& entry)
{
    const auto target = TRY(insidePath(entry.linkPath));
    if (target.empty() || target == place.path)
        return failure(ErrorKind::InvalidArgument, std::format("{} is a link to itself or to the root", entry.path));
    const auto [parent, name] = splitPath(target);
    const auto what = std::format("cannot link {} to {}", entry.path, entry.linkPath);
    const auto directory = openInside(m_root, parent, O_PATH | O_DIRECTORY);
    const std::string last{name};
    struct stat status{};
    if (!directory || ::fstatat(directory->get(), last.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0
        || S_ISDIR(status.st_mode))
        return failure(ErrorKind::InvalidArgument, std::format("{}: no such file in this layer", what));
    return makeInPlace(
        place, [&] { return ::linkat(directory->get(), last.c_str(), place.parent.get(), place.name.c_str(), 0); });
}

Result<void> Extractor::addSymlink(const Place& place, const TarEntry& entry)
{
    TRY(makeInPlace(place,
                    [&] { return ::symlinkat(entry.linkPath.c_str(), place.parent.get(), place.name.c_str()); }));
    return setLinkAttributes(place, entry);
}

Result<void> Extractor::addNode(const Place& place, const TarEntry& entry)
{
    const bool isFifo = entry.type == TarType::Fifo;
    const auto type = isFifo ? S_IFIFO : entry.type == TarType::CharDevice ? S_IFCHR : S_IFBLK;
    const auto device = isFifo ? dev_t{} : makedev(entry.deviceMajor, entry.deviceMinor);
    if (type == S_IFCHR && device == 0)
        return failure(ErrorKind::InvalidArgument,
                       std::format("{} is overlay's mark of a deletion, not a device", entry.path));
    TRY(makeInPlace(place,
                    [&] { return ::mknodat(place.parent.get(), place.name.c_str(), type | entry.mode, device); }));
    return setLinkAttributes(place, entry);
}

Result<Extracted> Extractor::finish()
{
    TRY(m_directories.finish());
    TRY(setDefaultAcls());
    std::erase_if(m_opaque, [this](const auto& path) { return !openInside(m_root, path, O_PATH | O_DIRECTORY); });
    std::erase_if(m_implied, [this](const auto& path) { return !openInside(m_root, path, O_PATH | O_DIRECTORY); });
    Extracted extracted{m_size, m_entries, listOf(m_opaque), listOf(m_implied)};
    if (m_recorder)
        TRY(m_recorder->finish(extracted.opaque, extracted.implied));
    return extracted;
}

} // namespace lamella::layer
