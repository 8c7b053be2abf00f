// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/overlay_tree.h"

#include "engine/layer/tree.h"
#include "engine/os/file.h"

#include <fcntl.h>

namespace lamella::layer {

OverlayTree::OverlayTree(UniqueFd upper, MergedLower lower, std::uint32_t idBase)
    : m_upper(std::move(upper))
    , m_lower(std::move(lower))
    , m_idBase(idBase)
{
}

Result<OverlayTree> OverlayTree::open(const OverlayDirectories& directories)
{
    UniqueFd upper;
    if (!directories.upper.empty())
        upper = TRY(os::open(directories.upper, O_PATH | O_DIRECTORY | O_NOFOLLOW));
    auto lower = TRY(MergedLower::open(directories.layers));
    return OverlayTree{std::move(upper), std::move(lower), directories.idBase};
}

OverlayTree::InUpper OverlayTree::inUpper(std::string_view path) const
{
    InUpper found;
    if (path.empty()) {
        found.isThere = ::fstat(m_upper.get(), &found.status) == 0;
        return found;
    }
    std::size_t end = 0;
    UniqueFd above;
    for (;;) { // each directory above, from the root
        auto directory = openInside(upper(), path.substr(0, end), O_PATH | O_DIRECTORY | O_NOFOLLOW);
        if (!directory) {
            // A whiteout or another file hides the layers' directory; where there is nothing it shows.
            struct stat other{};
            const std::string name{splitPath(path.substr(0, end)).name};
            found.hidesLower
                = found.hidesLower || (above && ::fstatat(above.get(), name.c_str(), &other, AT_SYMLINK_NOFOLLOW) == 0);
            found.hasParent = false;
            return found;
        }
        found.hidesLower = found.hidesLower || isOpaque(directory->borrow());
        const auto next = path.find('/', end == 0 ? 0 : end + 1);
        if (next == std::string_view::npos) {
            const std::string name{splitPath(path).name};
            found.isThere = ::fstatat(directory->get(), name.c_str(), &found.status, AT_SYMLINK_NOFOLLOW) == 0;
            return found;
        }
        end = next;
        above = std::move(*directory);
    }
}

std::optional<OverlayTree::File> OverlayTree::find(std::string_view path, Version version) const
{
    if (version == Version::Container) {
        const auto above = inUpper(path);
        if (above.isThere && isWhiteout(above.status))
            return std::nullopt;
        if (above.isThere)
            return File{upper(), above.status, -1};
        if (above.hidesLower)
            return std::nullopt;
    }
    const auto below = m_lower.locate(path);
    return below ? std::optional{File{m_lower.layer(below->layer), below->status, below->layer}} : std::nullopt;
}

} // namespace lamella::layer
