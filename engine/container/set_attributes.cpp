// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/set_attributes.h"

#include "engine/container/pending_directories.h"
#include "engine/layer/directory_names.h"
#include "engine/layer/tree.h"
#include "engine/os/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <format>
#include <utility>

namespace lamella::container {

namespace {

constexpr mode_t kExecute = 0111;
constexpr mode_t kPermissions = 0777;

/// The host's ids; -1 leaves what is there (fchownat(2)).
struct Owners {
    uid_t uid = static_cast<uid_t>(-1);
    gid_t gid = static_cast<gid_t>(-1);

    static Result<Owners> of(const WritableTree& tree, const FileAttributes& attributes)
    {
        Owners owners;
        if (attributes.uid)
            owners.uid = TRY(tree.hostId(*attributes.uid));
        if (attributes.gid)
            owners.gid = TRY(tree.hostId(*attributes.gid));
        return owners;
    }
};

std::unexpected<Error> cannotSet(const std::string& path)
{
    return systemFailure(std::format("cannot set the attributes of /{}", path));
}

/// `place`: O_PATH, so that nothing is opened and nothing else is reached.
Result<void> setOwners(BorrowedFd place, const Owners& owners, const std::string& path)
{
    if (::fchownat(place.get(), "", owners.uid, owners.gid, AT_EMPTY_PATH) != 0)
        return cannotSet(path);
    return {};
}

Result<void> setMode(BorrowedFd place, mode_t mode, const std::string& path)
{
    if (::chmod(os::descriptorPath(place).c_str(), mode) != 0)
        return cannotSet(path);
    return {};
}

class BelowSetter {
public:
    BelowSetter(const WritableTree& tree, const FileAttributes& attributes, const Owners& owners,
                const std::stop_token& stop)
        : m_tree(tree)
        , m_mode(attributes.mode)
        , m_owners(owners)
        , m_stop(stop)
    {
    }

    Result<AttributesBelow> run(const std::vector<std::string>& paths,
                                const std::function<void(const std::string& directory)>& tell)
    {
        std::optional<Error> refused;
        for (const auto& path : paths) {
            if (auto done = set(m_tree.root(), path, path.empty() ? "." : path); !done) {
                TRY(count(done.error()));
                refused = std::move(done).error();
            }
            TRY(goBelow(tell));
        }
        if (refused && paths.size() == 1 && m_result.changed == 0)
            return std::unexpected(*std::move(refused));
        return std::move(m_result);
    }

private:
    /// A directory's names are opened by its path each time: however deep the tree is, one of it is open.
    Result<void> goBelow(const std::function<void(const std::string& directory)>& tell)
    {
        while (const auto directory = m_pending.take()) {
            tell(*directory);
            if (auto entered = enter(*directory); !entered)
                TRY(passOver(entered.error()));
        }
        return {};
    }

    Result<void> enter(const std::string& directory)
    {
        const auto opened = TRY(layer::openInside(m_tree.root(), directory, O_RDONLY | O_DIRECTORY));
        return layer::eachName(opened.borrow(), [&](std::string_view name) -> Result<void> {
            const auto path = directory.empty() ? std::string{name} : std::format("{}/{}", directory, name);
            if (auto done = set(opened.borrow(), path, name); !done)
                TRY(passOver(done.error()));
            return {};
        });
    }

    /// Of what is below: it may have vanished meanwhile.
    Result<void> passOver(const Error& error)
    {
        if (error.kind == ErrorKind::NotFound)
            return {};
        return count(error);
    }

    /// Errors that end everything come back.
    Result<void> count(const Error& error)
    {
        if (error.kind == ErrorKind::Cancelled || error.kind == ErrorKind::NoSpace
            || error.kind == ErrorKind::LimitExceeded)
            return std::unexpected(error);
        ++m_result.unchanged;
        if (m_result.reasons.size() < AttributesBelow::kMostTold)
            m_result.reasons.push_back(error.message);
        return {};
    }

    /// `name` in `directory`, whose path is `path`; a directory is gone into later.
    Result<void> set(BorrowedFd directory, const std::string& path, std::string_view name)
    {
        if (m_stop.stop_requested())
            return failure(ErrorKind::Cancelled, "setting attributes was cancelled");
        TRY(m_tree.mayBeReached(path));
        const auto place = TRY(layer::openInside(directory, name, O_PATH | O_NOFOLLOW));
        const auto status = TRY(os::status(place.borrow(), path));
        // Also where its own are refused: what is below is looked at for itself.
        if (S_ISDIR(status.st_mode))
            TRY(m_pending.add(path));
        TRY(m_tree.mayBeChanged(status, path));
        TRY(setOn(place.borrow(), status, path));
        ++m_result.changed;
        return {};
    }

    Result<void> setOn(BorrowedFd place, const struct stat& status, const std::string& path) const
    {
        const auto isOther = [](auto wanted, auto now) { return wanted != decltype(wanted)(-1) && wanted != now; };
        const bool hasOtherOwners = isOther(m_owners.uid, status.st_uid) || isOther(m_owners.gid, status.st_gid);
        if (hasOtherOwners)
            TRY(setOwners(place, m_owners, path));
        if (!m_mode || S_ISLNK(status.st_mode))
            return {};
        const mode_t mode = modeFor(status.st_mode);
        // A new owner may have cost bits.
        if (hasOtherOwners || mode != (status.st_mode & 07777))
            TRY(setMode(place, mode, path));
        return {};
    }

    mode_t modeFor(mode_t now) const
    {
        if (S_ISDIR(now))
            return *m_mode;
        const mode_t mode = *m_mode & kPermissions;
        return (now & kExecute) != 0 ? mode : mode & ~kExecute;
    }

    const WritableTree& m_tree;
    std::optional<mode_t> m_mode;
    Owners m_owners;
    const std::stop_token& m_stop;
    AttributesBelow m_result;
    PendingDirectories m_pending;
};

} // namespace

Result<void> setAttributes(const WritableTree& tree, const std::string& path, const FileAttributes& attributes)
{
    const auto owners = TRY(Owners::of(tree, attributes));
    UniqueFd parent;
    if (!path.empty())
        parent = TRY(tree.parentOf(path));
    const std::string name{layer::splitPath(path).name};
    const auto place = TRY(layer::openInside(path.empty() ? tree.root() : parent.borrow(), name, O_PATH | O_NOFOLLOW));
    const auto status = TRY(os::status(place.borrow(), path));
    TRY(tree.mayBeChanged(status, path));
    if (attributes.mode && S_ISLNK(status.st_mode))
        return failure(ErrorKind::InvalidArgument, std::format("/{} is a link, which has no mode", path));
    if (attributes.uid || attributes.gid)
        TRY(setOwners(place.borrow(), owners, path));
    if (attributes.mode)
        TRY(setMode(place.borrow(), *attributes.mode, path));
    if (attributes.mtime) {
        const std::array times{*attributes.mtime, *attributes.mtime};
        if (::utimensat(place.get(), "", times.data(), AT_EMPTY_PATH) != 0)
            return cannotSet(path);
    }
    return {};
}

Result<AttributesBelow> setAttributesBelow(const WritableTree& tree, const std::vector<std::string>& paths,
                                           const FileAttributes& attributes,
                                           const std::function<void(const std::string& directory)>& tell,
                                           const std::stop_token& stop)
{
    const auto owners = TRY(Owners::of(tree, attributes));
    return BelowSetter{tree, attributes, owners, stop}.run(paths, tell);
}

} // namespace lamella::container
