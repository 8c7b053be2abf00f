// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/keep_changes.h"

#include "engine/layer/directory_names.h"
#include "engine/layer/socket_sink.h"
#include "engine/layer/tar_reader.h"
#include "engine/layer/tree.h"
#include "engine/layer/whiteout.h"
#include "engine/os/file.h"
#include "engine/os/socket.h"

#include <array>
#include <fcntl.h>
#include <format>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace lamella::container {

namespace {

constexpr std::size_t kMostNamed = 1000;
/// The rights that are kept: nobody else writes to what is the user's.
constexpr mode_t kRights = 0755;

std::unexpected<Error> cannotKeep(const std::string& path)
{
    return systemFailure(std::format("cannot write {} into the directory", path));
}

Result<void> checkIsEmpty(BorrowedFd directory)
{
    const auto names = layer::directoryNames(directory, 1);
    if (!names && names.error().kind != ErrorKind::LimitExceeded)
        return std::unexpected(names.error());
    if (!names || !names->empty())
        return failure(ErrorKind::InvalidArgument, "the directory is not empty: choose one with nothing in it");
    return {};
}

/// Makes the members of an archive of changes below a directory, with the rights that this thread has.
class Keeper {
public:
    explicit Keeper(BorrowedFd into)
        : m_into(into)
    {
    }

    Result<void> add(const layer::TarEntry& entry, layer::TarReader& reader)
    {
        const std::string path = TRY(layer::insidePath(entry.path));
        if (path.empty())
            return {};
        const auto [parent, name] = layer::splitPath(path);
        if (name.starts_with(layer::kWhiteoutPrefix))
            return addMark(std::string{parent}, name);
        const BorrowedFd directory = TRY(openParent(std::string{parent}));
        switch (entry.type) {
        case layer::TarType::File:
            return addFile(directory, std::string{name}, entry, reader);
        case layer::TarType::Directory:
            return addDirectory(directory, std::string{name}, entry);
        case layer::TarType::Symlink:
            return addLink(path, ::symlinkat(entry.linkPath.c_str(), directory.get(), std::string{name}.c_str()));
        case layer::TarType::HardLink:
            return addHardLink(directory, std::string{name}, path, entry);
        default:
            note('S', path);
            return {};
        }
    }

    NotKept take() { return std::move(m_notKept); }

private:
    void note(char kind, const std::string& path)
    {
        if (m_notKept.size() < kMostNamed)
            m_notKept.push_back(std::format("{} /{}", kind, path));
    }

    Result<void> addMark(const std::string& parent, std::string_view name)
    {
        if (name == layer::kOpaqueName)
            note('O', parent);
        else
            note('D', (parent.empty() ? "" : parent + '/') + std::string{name.substr(layer::kWhiteoutPrefix.size())});
        return {};
    }

    /// The directory `path`, with those above it that no member spoke of because the image has them. Valid until the
    /// next call.
    Result<BorrowedFd> openParent(const std::string& path)
    {
        if (m_parent && path == m_parentPath)
            return m_parent.borrow();
        UniqueFd directory = TRY(os::openBeneath(m_into, ".", O_RDONLY | O_DIRECTORY));
        for (std::size_t begin = 0; begin < path.size();) {
            const auto end = std::min(path.find('/', begin), path.size());
            const std::string name = path.substr(begin, end - begin);
            if (::mkdirat(directory.get(), name.c_str(), kRights) != 0 && errno != EEXIST)
                return cannotKeep(path.substr(0, end));
            directory = TRY(os::openBeneath(directory.borrow(), name, O_RDONLY | O_DIRECTORY, 0, RESOLVE_NO_SYMLINKS));
            begin = end + 1;
        }
        m_parent = std::move(directory);
        m_parentPath = path;
        return m_parent.borrow();
    }

    static Result<void> addFile(BorrowedFd directory, const std::string& name, const layer::TarEntry& entry,
                                layer::TarReader& reader)
    {
        const UniqueFd file{::openat(directory.get(), name.c_str(),
                                     O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR)};
        if (!file)
            return cannotKeep(entry.path);
        TRY(reader.readData([&](std::uint64_t offset, std::span<const std::byte> bytes) -> Result<void> {
            while (!bytes.empty()) {
                const auto count = ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
                if (count < 0)
                    return cannotKeep(entry.path);
                offset += static_cast<std::uint64_t>(count);
                bytes = bytes.subspan(static_cast<std::size_t>(count));
            }
            return {};
        }));
        // What ends with a hole has no data there.
        const std::array times{entry.mtime, entry.mtime};
        if (::ftruncate(file.get(), static_cast<off_t>(entry.size)) != 0
            || ::fchmod(file.get(), (entry.mode & kRights) | S_IRUSR | S_IWUSR) != 0
            || ::futimens(file.get(), times.data()) != 0)
            return cannotKeep(entry.path);
        return {};
    }

    static Result<void> addDirectory(BorrowedFd directory, const std::string& name, const layer::TarEntry& entry)
    {
        if (::mkdirat(directory.get(), name.c_str(), S_IRWXU) != 0)
            return cannotKeep(entry.path);
        const UniqueFd made = TRY(os::openBeneath(directory, name, O_RDONLY | O_DIRECTORY, 0, RESOLVE_NO_SYMLINKS));
        if (::fchmod(made.get(), (entry.mode & kRights) | S_IRWXU) != 0)
            return cannotKeep(entry.path);
        return {};
    }

    Result<void> addHardLink(BorrowedFd directory, const std::string& name, const std::string& path,
                             const layer::TarEntry& entry)
    {
        const std::string target = TRY(layer::insidePath(entry.linkPath));
        const auto [parent, last] = layer::splitPath(target);
        const auto above = os::openBeneath(m_into, parent.empty() ? "." : std::string{parent}, O_PATH | O_DIRECTORY, 0,
                                           RESOLVE_NO_SYMLINKS);
        // A pipe has names, too, and is not here.
        const int made
            = above ? ::linkat(above->get(), std::string{last}.c_str(), directory.get(), name.c_str(), 0) : -1;
        if (!above || (made != 0 && errno == ENOENT)) {
            note('S', path);
            return {};
        }
        return addLink(path, made);
    }

    /// FAT and its like have no links.
    Result<void> addLink(const std::string& path, int made)
    {
        if (made == 0)
            return {};
        if (errno != EPERM && errno != EOPNOTSUPP)
            return cannotKeep(path);
        note('S', path);
        return {};
    }

    BorrowedFd m_into;
    UniqueFd m_parent;
    std::string m_parentPath;
    NotKept m_notKept;
};

Result<NotKept> keepMembers(BorrowedFd archive, BorrowedFd into, const image::Owner& owner, const std::stop_token& stop)
{
    const auto acting = TRY(image::OwnerRights::enter(owner));
    TRY(checkIsEmpty(into));
    layer::FdSource source{archive};
    layer::TarReader reader{source};
    Keeper keeper{into};
    while (const auto entry = TRY(reader.next())) {
        if (stop.stop_requested())
            return failure(ErrorKind::Cancelled, "writing the changes was cancelled");
        TRY(keeper.add(*entry, reader));
    }
    return keeper.take();
}

} // namespace

Result<NotKept> keepChanges(const layer::OverlayDirectories& directories, layer::PathSelection selection,
                            BorrowedFd into, const image::Owner& owner, std::function<void(Bytes)> progress,
                            std::stop_token stop)
{
    // What reads the container is root and must be; what writes is the user. Between them is what is an archive anyway.
    auto ends = TRY(os::makeSocketPair(SOCK_STREAM));
    layer::SocketSink sink{std::move(ends.first)};
    Result<layer::ArchivedTree> written;
    std::jthread writer;
    try {
        writer = std::jthread{[&] {
            written = archiveChanges(directories, std::move(selection), sink, std::move(progress), stop);
            sink.close();
        }};
    } catch (const std::system_error& error) { // the standard library's
        return systemFailure("cannot start a thread to read with", error.code().value());
    }
    auto kept = keepMembers(ends.second.borrow(), into, owner, stop);
    ends.second.reset(); // who writes to it need not wait
    writer.join();
    if (!written && (kept || !sink.isBroken()))
        return std::unexpected(std::move(written).error());
    return kept;
}

} // namespace lamella::container
