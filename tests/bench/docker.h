// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/layers.h"
#include "tests/bench/process.h"

#include <optional>

namespace lamella::bench {

/// dockerd with a store of its own and no network, and one container in it. What is mounted is unmounted with this
/// object. Needs root.
class Docker {
public:
    explicit Docker(const Scratch& scratch);
    Docker(const Docker&) = delete;
    Docker& operator=(const Docker&) = delete;
    ~Docker();

    Result<void> start();

    /// The client's; what the daemon took is daemon()'s.
    Result<Usage> run(const std::vector<std::string>& arguments) const;
    const Process& daemon() const { return *m_daemon; }

    /// Makes the container "bench" of the layout's image and mounts it as it would be; its root.
    Result<std::filesystem::path> mountContainer(const Layout& layout);

private:
    std::string socket() const { return "unix://" + m_scratch.path("docker.socket").string(); }
    std::filesystem::path log() const { return m_scratch.path("docker.log"); }

    const Scratch& m_scratch;
    std::optional<Process> m_daemon;
    std::filesystem::path m_mounted;
};

} // namespace lamella::bench
