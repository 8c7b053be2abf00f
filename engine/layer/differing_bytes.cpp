// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/layer/differing_bytes.h"

#include "engine/layer/regular_file.h"
#include "engine/layer/side_by_side.h"
#include "engine/os/file.h"

#include <algorithm>
#include <cstring>
#include <format>

namespace lamella::layer {

namespace {

std::uint64_t differingPositions(const SideBySide::Piece& piece)
{
    const std::size_t common = std::min(piece.first.size(), piece.second.size());
    const std::size_t longer = std::max(piece.first.size(), piece.second.size());
    std::uint64_t count = longer - common;
    if (std::memcmp(piece.first.data(), piece.second.data(), common) == 0)
        return count;
    for (std::size_t at = 0; at < common; ++at)
        count += piece.first[at] != piece.second[at] ? 1 : 0;
    return count;
}

/// Of what both have, up to `end`.
Result<std::uint64_t> differingUpTo(off_t end, const UniqueFd& first, const UniqueFd& second, Bytes& budget,
                                    const std::stop_token& stop)
{
    SideBySide files(first.borrow(), second.borrow(), end);
    std::uint64_t count = 0;
    while (const std::size_t length = files.nextLength()) {
        if (stop.stop_requested())
            return failure(ErrorKind::Cancelled, "comparing the files was cancelled");
        if (budget.value < length)
            return failure(ErrorKind::LimitExceeded, "the files are too long to be compared");
        budget.value -= length;
        const auto piece = TRY(files.next());
        count += differingPositions(piece);
        // Where one has been cut off meanwhile, the other one has the rest alone.
        if (std::min(piece.first.size(), piece.second.size()) < length)
            return count + static_cast<std::uint64_t>(end - piece.position) - length;
    }
    return count;
}

} // namespace

Result<std::uint64_t> differingBytes(const OverlayTree& tree, const std::string& path, Bytes& budget,
                                     const std::stop_token& stop)
{
    const auto now = tree.find(path, OverlayTree::Version::Container);
    if (!now)
        return failure(ErrorKind::NotFound, std::format("the container has no {}", path));
    const auto changed = TRY(openRegularFile(now->root, path));
    if (now->layer >= 0)
        return 0; // it is the image's file
    const auto length = static_cast<std::uint64_t>(TRY(os::status(changed.borrow(), path)).st_size);
    const auto before = tree.find(path, OverlayTree::Version::Image);
    if (!before || !S_ISREG(before->status.st_mode))
        return length;
    const auto original = TRY(openRegularFile(before->root, path));
    const auto lengthBefore = static_cast<std::uint64_t>(before->status.st_size);
    const auto common = std::min(length, lengthBefore);
    return TRY(differingUpTo(static_cast<off_t>(common), changed, original, budget, stop))
        + std::max(length, lengthBefore) - common;
}

} // namespace lamella::layer
