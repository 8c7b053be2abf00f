// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/tree.h"

#include "engine/os/file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <format>
#include <memory>
#include <vector>

namespace lamella::layer {

namespace {

// Deeper directories are moved up to the top of the tree that is being removed.
constexpr std::size_t kMaxDepth = 32;
// Those of an overlay's lower layers cannot be moved, and are gone into: no path into an image is longer.
constexpr std::size_t kMaxDepthOfLower = PATH_MAX / 2;

struct CloseDirectory {
    void operator()(DIR* stream) const { ::closedir(stream); }
};

struct Level {
    std::unique_ptr<DIR, CloseDirectory> stream;
    std::string name;
    BorrowedFd fd() const { return BorrowedFd{::dirfd(stream.get())}; }
};

bool isDots(std::string_view name)
{
    return name == "." || name == "..";
}

class Remover {
public:
    Remover(BorrowedFd parent, std::string name, const std::stop_token& stop)
        : m_parent(parent)
        , m_name(std::move(name))
        , m_stop(stop)
    {
    }

    Result<void> run()
    {
        if (::unlinkat(m_parent.get(), m_name.c_str(), 0) == 0 || errno == ENOENT)
            return {};
        if (errno != EISDIR && errno != EPERM)
            return fail();
        TRY(enter(m_parent, m_name));
        while (!m_levels.empty()) {
            if (m_stop.stop_requested())
                return failure(ErrorKind::Cancelled, std::format("removing {} was cancelled", m_name));
            TRY(step());
        }
        return {};
    }

private:
    std::unexpected<Error> fail() const { return systemFailure(std::format("cannot remove {}", m_name)); }

    Result<void> enter(BorrowedFd parent, const std::string& name)
    {
        auto fd = TRY(os::openBeneath(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0,
                                      RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV));
        // Only its owner could take these away, and root passes them; a directory without them still lists.
        std::unique_ptr<DIR, CloseDirectory> stream{::fdopendir(fd.get())};
        if (!stream)
            return fail();
        std::ignore = fd.release();
        m_levels.push_back({std::move(stream), name});
        return {};
    }

    // Takes the next entry of the deepest directory, or the directory itself when it is empty.
    Result<void> step()
    {
        auto& level = m_levels.back();
        errno = 0;
        const auto* entry = ::readdir(level.stream.get());
        if (!entry && errno != 0)
            return fail();
        if (!entry)
            return leave();
        const std::string name = entry->d_name;
        if (isDots(name) || ::unlinkat(level.fd().get(), name.c_str(), 0) == 0 || errno == ENOENT)
            return {};
        if (errno != EISDIR && errno != EPERM)
            return fail();
        if (::unlinkat(level.fd().get(), name.c_str(), AT_REMOVEDIR) == 0)
            return {};
        return m_levels.size() < kMaxDepth ? enter(level.fd(), name) : moveUp(level.fd(), name);
    }

    Result<void> moveUp(BorrowedFd from, const std::string& name)
    {
        const auto to = std::format(".lamella-removed-{}", m_moved++);
        if (::renameat(from.get(), name.c_str(), m_levels.front().fd().get(), to.c_str()) == 0 || errno == EEXIST
            || errno == ENOTEMPTY)
            return {};
        if (errno != EXDEV) // overlayfs.rst, "renaming directories": redirect_dir is off
            return fail();
        if (m_levels.size() >= kMaxDepthOfLower)
            return failure(ErrorKind::LimitExceeded,
                           std::format("cannot remove {}: its directories are too deep", m_name));
        return enter(from, name);
    }

    Result<void> leave()
    {
        const auto name = m_levels.back().name;
        m_levels.pop_back();
        const auto parent = m_levels.empty() ? m_parent : m_levels.back().fd();
        if (::unlinkat(parent.get(), name.c_str(), AT_REMOVEDIR) == 0 || errno == ENOENT)
            return {};
        // What was moved up while the top was being read may have been missed by readdir(3): once more.
        return errno == ENOTEMPTY ? enter(parent, name) : Result<void>{fail()};
    }

    BorrowedFd m_parent;
    std::string m_name;
    const std::stop_token& m_stop;
    std::vector<Level> m_levels;
    std::uint64_t m_moved = 0;
};

} // namespace

Result<std::string> insidePath(std::string_view name)
{
    std::string path;
    while (!name.empty()) {
        const auto slash = name.find('/');
        const auto component = name.substr(0, slash);
        name = slash == std::string_view::npos ? std::string_view{} : name.substr(slash + 1);
        if (component.empty() || component == ".")
            continue;
        if (component == "..")
            return failure(ErrorKind::InvalidArgument, "a name in the archive has \"..\"");
        if (component.size() > NAME_MAX || component.contains('\0'))
            return failure(ErrorKind::InvalidArgument, "a name in the archive is no file name");
        if (!path.empty())
            path += '/';
        path += component;
    }
    return path;
}

SplitPath splitPath(std::string_view path)
{
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos)
        return {{}, path};
    return {path.substr(0, slash), path.substr(slash + 1)};
}

Result<UniqueFd> openInside(BorrowedFd root, std::string_view path, int flags)
{
    auto fd = os::openBeneath(root, path.empty() ? "." : std::string{path}, flags, 0,
                              RESOLVE_NO_SYMLINKS | RESOLVE_NO_XDEV);
    if (!fd && fd.error().errnum == ELOOP)
        return failure(ErrorKind::InvalidArgument, std::format("{}: a symlink stands in the way", path));
    return fd;
}

Result<void> removeTree(BorrowedFd parent, const std::string& name, const std::stop_token& stop)
{
    return Remover{parent, name, stop}.run();
}

} // namespace lamella::layer
