// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace lamella::container {

/// Who a program runs as, inside the container.
struct ResolvedUser {
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> additionalGids;
    std::string home = "/";

    friend bool operator==(const ResolvedUser&, const ResolvedUser&) = default;
};

/// Resolves "user[:group]" (image-spec, config.md, "User") by an image's /etc/passwd and /etc/group (passwd(5),
/// group(5)), given as their text. What is all digits is a number and never looked up as a name; what is neither a
/// number nor a name that is there is an error, as is an id that is not below `idCount`. Empty is 0:0. Rows that are
/// damaged, too long or out of range are as if they were not there. Errors: NotFound (no such name), InvalidArgument
/// (not a user, or out of range).
Result<ResolvedUser> resolveUser(std::string_view user, std::string_view passwd, std::string_view group,
                                 std::uint32_t idCount);

} // namespace lamella::container
