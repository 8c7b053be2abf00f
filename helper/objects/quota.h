// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <format>
#include <map>
#include <memory>
#include <string>
#include <sys/types.h>

namespace lamella::helper {

/// How many of something one user may have at a time. Main thread only.
class Quota {
public:
    /// Gives its place back when the last copy goes. May outlive the quota.
    using Place = std::shared_ptr<void>;

    /// `what`: for the refusal, "sessions".
    Quota(int limit, std::string what)
        : m_limit(limit)
        , m_what(std::move(what))
    {
    }

    /// Errors: LimitExceeded.
    Result<Place> take(uid_t uid)
    {
        const auto used = m_used;
        if ((*used)[uid] >= m_limit)
            return failure(ErrorKind::LimitExceeded,
                           std::format("you have {} {} already: end one first", m_limit, m_what));
        ++(*used)[uid];
        return Place(nullptr, [used, uid](void*) {
            if (--(*used)[uid] == 0)
                used->erase(uid);
        });
    }

private:
    int m_limit;
    std::string m_what;
    std::shared_ptr<std::map<uid_t, int>> m_used = std::make_shared<std::map<uid_t, int>>();
};

} // namespace lamella::helper
