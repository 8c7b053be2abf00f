// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/oci/spec.h"
#include "engine/os/process.h"

#include <cstdint>
#include <optional>

/// A user namespace that the container joins instead of making one: linux.namespaces, "user" with a path.
namespace lamella::runtime {

struct IdMappings {
    std::vector<oci::IdMapping> uids, gids;
};

/// The id mappings of a user namespace, with the caller's names of the ids. It takes a short-lived process that enters
/// it, as the kernel shows them of processes only.
Result<IdMappings> mappingsOf(BorrowedFd userNamespace);

/// The specification of a container that joins a user namespace, with the mappings that the namespace has. Errors:
/// InvalidArgument where the specification has others.
Result<oci::Spec> withMappingsOf(const oci::Spec& spec, BorrowedFd userNamespace);

/// cloneSibling() of a child that is in `userNamespace` from its first moment, and to which the namespaces of `flags`
/// belong.
Result<os::Child> cloneInUserNamespace(BorrowedFd userNamespace, std::uint64_t flags, std::optional<BorrowedFd> cgroup);

} // namespace lamella::runtime
