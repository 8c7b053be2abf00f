// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/oci/spec.h"

#include <vector>

namespace lamella::runtime {

/// While it lives the calling thread is in the namespaces that the specification joins by path, but for the mount
/// namespace, so that a child is born into them; then it is back. Move-only. It must not outlive the descriptors'
/// namespaces, which it holds itself.
class NamespaceVisit {
public:
    /// All but a user namespace (joined_user.h) and a mount namespace. A new time namespace is made here too, as its
    /// offsets can be set only before anybody is in it: the children are born into it. Errors: InvalidArgument where a
    /// setting of the container would go to the caller's own namespace by its path.
    static Result<NamespaceVisit> enter(const oci::Spec& spec);

    /// Enters a network namespace.
    static Result<NamespaceVisit> enterNetworkNamespace(BorrowedFd space);

    NamespaceVisit(NamespaceVisit&&) = default;
    NamespaceVisit& operator=(NamespaceVisit&&) = delete;
    ~NamespaceVisit();

private:
    NamespaceVisit() = default;
    Result<void> enterPath(const oci::Spec& spec, const oci::Namespace& space);
    Result<void> makeTime(const oci::Spec& spec);
    Result<void> enterOne(BorrowedFd target, int type, const char* kind, const std::string& name);

    struct Home {
        UniqueFd space;
        int type;
    };
    std::vector<Home> m_home;
};

/// The CLONE_NEW… flag of a namespace type.
int cloneFlag(oci::NamespaceType type);

} // namespace lamella::runtime
