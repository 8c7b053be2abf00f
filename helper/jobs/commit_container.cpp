// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/commit_container.h"

namespace lamella::helper {

Work::Function commitContainer(image::ImageStore& images, CommitRequest request, std::function<void()> filesRead)
{
    return [&images, request = std::move(request), filesRead = std::move(filesRead)](
               const image::ProgressSink& progress, std::stop_token stop) -> Result<std::vector<std::string>> {
        const auto tell = [&progress](Bytes done) { progress({"Reading the container's files", done, {}, {}}); };
        const auto write = [&](layer::ByteSink& sink) {
            tell({});
            auto written = container::archiveChanges(request.parts, sink, tell, stop);
            filesRead();
            return written;
        };
        return std::vector{TRY(images.commit(write, request.owner, request.image, request.settings, progress, stop))};
    };
}

} // namespace lamella::helper
