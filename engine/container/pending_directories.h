// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

namespace lamella::container {

/// The directories that a walk has still to go into, within a bound of memory: whoever made them may have made very
/// many beside each other.
class PendingDirectories {
public:
    static constexpr std::size_t kMost = 64u << 20;

    /// `most`: bytes.
    explicit PendingDirectories(std::size_t most = kMost)
        : m_most(most)
    {
    }

    /// Errors: LimitExceeded; it is not added then.
    Result<void> add(std::string path);

    /// The one that was added last, so that few wait while a deep tree is walked; nothing: there is none.
    std::optional<std::string> take();

private:
    static std::size_t bytesOf(const std::string& path) { return sizeof(std::string) + path.size(); }

    std::size_t m_most;
    std::size_t m_bytes = 0;
    std::deque<std::string> m_paths; // grows without being copied
};

} // namespace lamella::container
