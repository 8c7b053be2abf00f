// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <sys/types.h>
#include <vector>

namespace lamella::image {

/// A user of this machine as the kernel knows one.
struct Owner {
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups = {};

    /// As the users' database has him; one that it does not know has no group of his own (nogroup). May ask over the
    /// network.
    static Result<Owner> of(uid_t uid);
};

/// This thread does with the file system what a user may do, for as long as this lives: setfsuid(2), setfsgid(2),
/// setgroups(2), each of one thread. Needs root; what is made meanwhile is the user's. Move-only, not to another
/// thread.
class OwnerRights {
public:
    static Result<OwnerRights> enter(const Owner& owner);
    OwnerRights(OwnerRights&& other) noexcept;
    OwnerRights& operator=(OwnerRights&&) = delete;
    ~OwnerRights();

private:
    explicit OwnerRights(std::vector<gid_t> groups);

    bool m_active = true;
    std::vector<gid_t> m_groups; ///< what the thread had
};

} // namespace lamella::image
