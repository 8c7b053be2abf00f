// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/oci/mount_options.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace lamella::rootfs {

/// The user namespaces whose maps the mounts of one container wear. Each is made once, when a mount first asks for it.
class IdMaps {
public:
    explicit IdMaps(const oci::Spec& spec)
        : m_spec(spec)
    {
    }

    /// For a mount with mappings of its own, or with "idmap" or "ridmap", which then means the container's; none for
    /// all others. Needs CAP_SETUID and CAP_SETGID.
    Result<std::optional<BorrowedFd>> namespaceFor(const oci::Mount& mount, const oci::MountOptions& options);

private:
    Result<std::optional<BorrowedFd>> withMaps(const std::vector<oci::IdMapping>& uids,
                                               const std::vector<oci::IdMapping>& gids);

    const oci::Spec& m_spec;
    std::map<std::pair<std::string, std::string>, UniqueFd> m_spaces;
};

} // namespace lamella::rootfs
