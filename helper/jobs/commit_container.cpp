// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/commit_container.h"

namespace lamella::helper {

Work::Function commitContainer(image::ImageStore& images, CommitRequest request, std::function<void()> filesRead)
{
    return [&images, request = std::move(request), filesRead = std::move(filesRead)](
               const image::ProgressSink& progress, std::stop_token stop) -> Result<std::vector<std::string>> {
        Bytes read;
        const auto tell = [&](Bytes done) {
            read = done;
            progress({"Reading the container's files", done, {}, {}});
        };
        const auto write = [&](layer::ByteSink& sink) -> Result<layer::ArchivedTree> {
            tell({});
            auto written = container::archiveChanges(request.parts, request.selection, sink, tell, stop);
            filesRead();
            if (written)
                progress({"Writing the new image", read, {}, {}});
            return written;
        };
        return std::vector{TRY(images.commit(write, request.owner, request.image, request.settings, progress, stop))};
    };
}

} // namespace lamella::helper
