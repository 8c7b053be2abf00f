// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"

#include <cstdint>
#include <memory>
#include <string>

namespace lamella::cgroup {

struct Trees;

/// Waits for a cgroup to run out of memory: the eventfd of v1's memory.oom_control (cgroup-v1/memory.rst, "OOM
/// Control"), or inotify(7) on v2's memory.events. Move-only.
class OomWatch {
public:
    struct News {
        std::uint64_t count = 0; ///< how often it has run out of memory since the last news
        bool ended = false; ///< the cgroup is gone, or (v2) nobody is left in it: there will be no more news
    };

    /// Watches the cgroup `path` (as in cgroup.h). Errors: NotFound; Unsupported without a memory controller.
    static Result<OomWatch> start(const std::string& path);
    /// The same in trees that the caller chooses.
    static Result<OomWatch> start(std::shared_ptr<const Trees> trees, const std::string& path);

    /// Becomes readable (POLLIN) when there may be news.
    BorrowedFd descriptor() const { return m_events.borrow(); }

    /// Takes the news; does not wait.
    Result<News> take();

private:
    OomWatch(std::shared_ptr<const Trees> trees, std::string path)
        : m_trees(std::move(trees))
        , m_path(std::move(path))
    {
    }
    Result<void> startV1();
    Result<void> startV2();
    Result<News> takeV1();
    Result<News> takeV2();

    std::shared_ptr<const Trees> m_trees;
    std::string m_path; // relative to a tree's root
    UniqueFd m_events;
    std::uint64_t m_killed = 0; // v2: as counted when news were last taken
};

} // namespace lamella::cgroup
