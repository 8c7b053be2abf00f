// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/resolve_path.h"

#include "engine/layer/directory_listing.h"
#include "engine/layer/tree.h"

#include <fcntl.h>

#include <algorithm>
#include <climits>
#include <format>
#include <optional>
#include <vector>

namespace lamella::layer {

namespace {

constexpr int kMostLinks = 40; // as the kernel: path_resolution(7)
constexpr int kMostLookups = 4096; // of one path, with what its symlinks lead through

/// Walks from name to name, and keeps of each directory on the way what the next name needs.
class PathWalk {
public:
    PathWalk(const OverlayTree& tree, OverlayTree::Version version)
        : m_tree(tree)
        , m_hasUpper(version == OverlayTree::Version::Container)
    {
        backToRoot();
    }

    const std::string& path() const { return m_path; }

    void backToRoot()
    {
        m_path.clear();
        m_above.clear();
        m_here = {m_tree.lower().root(), m_hasUpper};
        if (m_hasUpper && isOpaque(m_tree.upper()))
            m_here.lower.clear();
    }

    void up()
    {
        if (m_above.empty())
            return; // "/.." is "/"
        m_path.resize(splitPath(m_path).parent.size());
        m_here = std::move(m_above.back());
        m_above.pop_back();
    }

    /// A symlink's target, which has not been gone to; nothing where `name` has been entered. Errors: NotFound.
    Result<std::optional<std::string>> enter(const std::string& name)
    {
        const auto next = m_path.empty() ? name : std::format("{}/{}", m_path, name);
        const auto notThere = [&] { return failure(ErrorKind::NotFound, std::format("/{} is not there", next)); };
        struct stat status{};
        const bool isAbove = m_here.isInUpper && isInUpper(name, status);
        if (isAbove && isWhiteout(status))
            return notThere();
        const auto below = m_tree.lower().find(m_here.lower, m_path, name);
        if (!isAbove && !below)
            return notThere();
        if (!isAbove)
            status = below->status;
        if (S_ISLNK(status.st_mode)) {
            const auto root = isAbove ? m_tree.upper() : m_tree.lower().layer(below->layer);
            return TRY(readLink(TRY(openInside(root, next, O_PATH | O_NOFOLLOW)).borrow(), next));
        }
        // Below what is no directory nothing is found.
        Directory entered;
        entered.isInUpper = isAbove && S_ISDIR(status.st_mode);
        if (below && S_ISDIR(status.st_mode) && (!isAbove || !isOpaqueInUpper(next)))
            entered.lower = below->stack;
        m_above.push_back(std::move(m_here));
        m_here = std::move(entered);
        m_path = next;
        return std::nullopt;
    }

private:
    struct Directory {
        MergedLower::Stack lower; ///< none where the layers' directory is hidden
        bool isInUpper = false;
    };

    bool isInUpper(const std::string& name, struct stat& status) const
    {
        const auto directory = openInside(m_tree.upper(), m_path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
        return directory && ::fstatat(directory->get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
    }

    bool isOpaqueInUpper(const std::string& path) const
    {
        const auto directory = openInside(m_tree.upper(), path, O_PATH | O_DIRECTORY | O_NOFOLLOW);
        return directory && isOpaque(directory->borrow());
    }

    const OverlayTree& m_tree;
    bool m_hasUpper;
    std::string m_path;
    Directory m_here;
    std::vector<Directory> m_above; ///< from the root
};

} // namespace

Result<std::string> resolvePath(const OverlayTree& tree, std::string_view path, OverlayTree::Version version,
                                const std::stop_token& stop)
{
    PathWalk walk{tree, version};
    std::string rest{path};
    int links = 0;
    for (int lookups = 0; !rest.empty();) {
        const auto slash = std::min(rest.find('/'), rest.size());
        const auto name = rest.substr(0, slash);
        rest.erase(0, slash + 1);
        if (name.empty() || name == ".")
            continue;
        if (name == "..") {
            walk.up();
            continue;
        }
        if (stop.stop_requested())
            return failure(ErrorKind::Cancelled, "finding the directory was cancelled");
        if (++lookups > kMostLookups)
            return failure(ErrorKind::LimitExceeded,
                           std::format("the symlinks of /{} lead through more than {} names", path, kMostLookups));
        const auto target = TRY(walk.enter(name));
        if (!target)
            continue;
        if (++links > kMostLinks || target->size() + rest.size() > std::size_t{PATH_MAX})
            return failure(ErrorKind::InvalidArgument, std::format("/{} leads through too many symlinks", path));
        if (target->starts_with('/'))
            walk.backToRoot();
        rest = std::format("{}/{}", *target, rest);
    }
    return walk.path();
}

} // namespace lamella::layer
