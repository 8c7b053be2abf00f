// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/pull_image.h"

#include "helper/jobs/registry_source.h"

#include <format>

namespace lamella::helper {

Work::Function pullImage(image::ImageStore& images, RegistryRequest request, registry::Platform platform, uid_t owner)
{
    return [&images, request = std::move(request), platform = std::move(platform),
            owner](const image::ProgressSink& progress, std::stop_token stop) -> Result<std::vector<std::string>> {
        progress({std::format("Asking {}", request.name.registry), {}, {}, {}});
        const auto fetcher = TRY(registry::Fetcher::start(request.fetcher));
        RegistrySource source{*fetcher, request.name, request.access, platform, owner};
        auto pulled = images.import(source, owner, progress, std::move(stop));
        if (!pulled && pulled.error().kind != ErrorKind::Cancelled) {
            if (auto error = source.transferError())
                return std::unexpected(std::move(*error));
        }
        return pulled;
    };
}

Work::Function listTags(RegistryRequest request)
{
    return [request = std::move(request)](const image::ProgressSink& progress,
                                          std::stop_token stop) -> Result<std::vector<std::string>> {
        progress({std::format("Asking {}", request.name.registry), {}, {}, {}});
        const auto fetcher = TRY(registry::Fetcher::start(request.fetcher));
        return fetcher->tags(request.name, request.access, std::move(stop));
    };
}

Work::Function checkLogin(RegistryRequest request)
{
    return [request = std::move(request)](const image::ProgressSink& progress,
                                          std::stop_token stop) -> Result<std::vector<std::string>> {
        progress({std::format("Asking {}", request.name.registry), {}, {}, {}});
        const auto fetcher = TRY(registry::Fetcher::start(request.fetcher));
        const bool asked = TRY(fetcher->checkLogin(request.name, request.access, std::move(stop)));
        return std::vector<std::string>{asked ? "accepted" : "not-asked"};
    };
}

} // namespace lamella::helper
