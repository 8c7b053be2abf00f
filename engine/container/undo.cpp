// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/undo.h"

#include "engine/container/merged_root.h"

namespace lamella::container {

Result<void> undoChanges(const UndoTarget& target, const std::vector<std::string>& paths,
                         std::function<void(Bytes)> progress, std::stop_token stop)
{
    layer::RevertOptions options{target.scratch, {}, std::move(progress), std::move(stop)};
    if (target.pid == 0)
        return layer::revert(target.directories, paths, options);
    auto merged = TRY(openMergedRoot(target.pid, target.cgroupPath));
    options.mounts = std::move(merged.mounts);
    const auto acting = TRY(ActAsContainerRoot::enter(target.directories.idBase));
    return layer::revertMerged(target.directories, merged.root.borrow(), paths, options);
}

} // namespace lamella::container
