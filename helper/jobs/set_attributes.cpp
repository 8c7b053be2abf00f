// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/set_attributes.h"

#include <format>

namespace lamella::helper {

Work::Function setAttributesBelow(container::TreeTarget target, std::vector<std::string> paths,
                                  const container::FileAttributes& attributes)
{
    return [target = std::move(target), paths = std::move(paths),
            attributes](const image::ProgressSink& progress, std::stop_token stop) -> Result<std::vector<std::string>> {
        const auto tell
            = [&progress](const std::string& directory) { progress({std::format("In /{}", directory), {}, {}, {}}); };
        const auto tree = TRY(container::WritableTree::open(target));
        const auto all = TRY(container::setAttributesBelow(tree, paths, attributes, tell, stop));
        std::vector<std::string> result{std::to_string(all.changed), std::to_string(all.unchanged)};
        result.insert(result.end(), all.reasons.begin(), all.reasons.end());
        return result;
    };
}

} // namespace lamella::helper
