// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/layer/whiteout.h"

#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <sys/stat.h>
#include <vector>

namespace lamella::layer {

/// The read-only layers as overlay shows them together (the kernel's overlayfs.rst, "Upper and Lower", "whiteouts and
/// opaque directories"). Layers never change, so that paths whose directories were seen stay what they are.
class MergedLower {
public:
    /// `layers` from the bottom. Errors: NotFound (a layer is not there).
    static Result<MergedLower> open(const std::vector<std::filesystem::path>& layers);

    /// Indices of the layers that a directory is merged from, from the top.
    using Stack = std::vector<int>;

    /// What a path shows.
    struct Found {
        struct stat status{};
        int layer = -1; ///< that it comes from
        Stack stack; ///< of a directory
    };

    Stack root() const;

    /// Looks `name` up in the directory `directory` ("" or "a/b") that is merged from `stack`.
    std::optional<Found> find(const Stack& stack, const std::string& directory, const std::string& name) const;

    /// Looks a whole path up; "" is the root. Follows no symlink.
    std::optional<Found> locate(std::string_view path) const;

    /// The names that a directory shows. Errors: LimitExceeded (a layer has more than `limit` there).
    Result<std::set<std::string>> names(const Stack& stack, const std::string& directory, std::size_t limit) const;

    BorrowedFd layer(int index) const { return m_layers[static_cast<std::size_t>(index)].borrow(); }

private:
    std::vector<UniqueFd> m_layers;
};

} // namespace lamella::layer
