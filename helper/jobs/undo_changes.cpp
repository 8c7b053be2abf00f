// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/undo_changes.h"

namespace lamella::helper {

Work::Function undoChanges(container::UndoTarget target, std::vector<std::string> paths)
{
    return [target = std::move(target), paths = std::move(paths)](
               const image::ProgressSink& progress, std::stop_token stop) -> Result<std::vector<std::string>> {
        const auto tell = [&progress](Bytes done) { progress({"Copying from the image", done, {}, {}}); };
        progress({"Undoing", {}, {}, {}});
        TRY(container::undoChanges(target, paths, tell, std::move(stop)));
        return std::vector<std::string>{};
    };
}

} // namespace lamella::helper
