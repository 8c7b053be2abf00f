// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <filesystem>
#include <string>
#include <vector>

namespace lamella::container {

/// Reads files of a container's root without mounting it: what overlay would show (the kernel's overlayfs.rst:
/// whiteouts, opaque directories, upper hides lower). Names are resolved one component at a time by descriptor, so that
/// a symlink of the image, however it is written and whenever it is changed, never leaves the layers.
class LayerStack {
public:
    /// `directories` from the top: the writable layer, where there is one, first. Errors: those of open(2).
    static Result<LayerStack> open(const std::vector<std::filesystem::path>& directories);

    /// The content of the regular file at `path`. Errors: NotFound, InvalidArgument (not a regular file), LimitExceeded
    /// (more than `limit` bytes, too many symlinks).
    Result<std::string> readFile(const std::string& path, std::size_t limit) const;

private:
    explicit LayerStack(std::vector<UniqueFd> roots)
        : m_roots(std::move(roots))
    {
    }

    std::vector<UniqueFd> m_roots;
};

} // namespace lamella::container
