// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/unpack_image.h"

#include "helper/jobs/jobs.h"
#include "helper/objects/paths.h"

using namespace Qt::StringLiterals;

namespace lamella::helper {

void unpackImage(Services& services, const image::Image& image, std::function<void(const Result<void>&)> done)
{
    const auto unpacked = std::make_shared<Result<void>>();
    auto work = [&images = services.images, image, unpacked](const image::ProgressSink& progress,
                                                             std::stop_token stop) -> Result<std::vector<std::string>> {
        *unpacked = images.makeReady(image, progress, std::move(stop));
        return unpacked->transform([] { return std::vector<std::string>{}; });
    };
    const auto job = services.jobs.start(u"unpack-image"_s, image.owner, {imagePath(image.id)}, std::move(work),
                                         [unpacked, done] { done(*unpacked); });
    if (!job)
        done(std::unexpected(job.error()));
}

} // namespace lamella::helper
