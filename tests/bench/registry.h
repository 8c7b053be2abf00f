// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/bench/layers.h"
#include "tests/bench/process.h"

#include <string>

namespace lamella::bench {

/// A docker-registry on loopback, without TLS, that ends with this object.
class Registry {
public:
    static Result<Registry> start(const Scratch& scratch);

    /// Pushes a layout's image as "bench:TAG".
    Result<void> push(const Layout& layout, const std::string& tag) const;

    /// "127.0.0.1:PORT/bench:TAG"
    std::string reference(const std::string& tag) const;
    std::string blobUrl(const std::string& digest) const;

private:
    Registry(std::string host, std::filesystem::path log, Process process);

    std::string m_host;
    std::filesystem::path m_log;
    Process m_process;
};

} // namespace lamella::bench
