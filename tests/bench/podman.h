// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/layers.h"
#include "tests/bench/process.h"

namespace lamella::bench {

/// podman with a store of its own, and one container in it. What is mounted is unmounted with this object.
class Podman {
public:
    explicit Podman(const Scratch& scratch);
    Podman(const Podman&) = delete;
    Podman& operator=(const Podman&) = delete;
    ~Podman();

    Result<Usage> run(const std::vector<std::string>& arguments) const;

    /// Makes the container "bench" of the layout's image and mounts it; its root.
    Result<std::filesystem::path> mountContainer(const Layout& layout) const;

private:
    std::filesystem::path log() const { return m_scratch.path("podman.log"); }

    const Scratch& m_scratch;
};

} // namespace lamella::bench
