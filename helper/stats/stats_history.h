// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/container_manager.h"
#include "engine/stats/sampler.h"
#include "helper/background.h"

#include <QObject>
#include <QTimer>

#include <filesystem>
#include <map>
#include <memory>
#include <string>

namespace lamella::helper {

/// Writes the history of every running container once a second (resources/dbus/stats_ring.h), from the moment it runs
/// and whether a window looks or not. One timer for all; the files are written on another thread.
class StatsHistory : public QObject {
    Q_OBJECT

public:
    /// `directory`: <run>/stats, made with mode 0700.
    StatsHistory(container::ContainerManager& containers, std::filesystem::path directory);

    /// A read-only descriptor of the container's history.
    Result<UniqueFd> open(const std::string& id);

private:
    Result<std::shared_ptr<stats::Ring>> ring(const std::string& id);
    void changed(const std::string& id);
    void forget(const std::string& id);
    void sample();

    container::ContainerManager& m_containers;
    std::filesystem::path m_directory;
    std::map<std::string, std::shared_ptr<stats::Ring>> m_rings;
    QTimer m_timer;
    bool m_sampling = false;
    Background m_thread{1}; ///< of its own: nothing that a user asks for holds a sample up
};

} // namespace lamella::helper
