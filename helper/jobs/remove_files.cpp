// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/remove_files.h"

#include "engine/container/file_changes.h"

namespace lamella::helper {

Work::Function removeFiles(container::TreeTarget target, std::vector<std::string> paths)
{
    return [target = std::move(target), paths = std::move(paths)](
               const image::ProgressSink& progress, std::stop_token stop) -> Result<std::vector<std::string>> {
        progress({"Removing", {}, {}, {}});
        const auto tree = TRY(container::WritableTree::open(target));
        for (const auto& path : paths) {
            if (stop.stop_requested())
                return failure(ErrorKind::Cancelled, "removing was cancelled");
            TRY(container::removeFile(tree, path, stop));
        }
        return std::vector<std::string>{};
    };
}

} // namespace lamella::helper
