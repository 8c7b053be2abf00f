// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/registry/fetcher.h"
#include "helper/jobs/work.h"

#include <filesystem>

/// Jobs with a registry. Each has a lamella-fetcher of its own, which ends with it, and knows the credentials of its
/// own caller only.
namespace lamella::helper {

struct RegistryRequest {
    std::filesystem::path fetcher; ///< lamella-fetcher
    registry::Name name;
    registry::Access access;
};

/// The work of Manager.PullImage, for `owner`.
Work::Function pullImage(image::ImageStore& images, RegistryRequest request, registry::Platform platform, uid_t owner);

/// The work of Manager.ListTags.
Work::Function listTags(RegistryRequest request);

/// The work of Manager.CheckLogin; its result is "accepted", or "not-asked".
Work::Function checkLogin(RegistryRequest request);

} // namespace lamella::helper
