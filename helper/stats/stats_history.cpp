// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/stats/stats_history.h"

#include "engine/base/log.h"

#include <chrono>
#include <vector>

namespace lamella::helper {

using container::Container;
using container::ContainerManager;
using container::State;

namespace {

struct Target {
    std::shared_ptr<stats::Ring> ring;
    std::string cgroupPath;
    Bytes memoryLimit;
    double cpuQuota;
};

bool uses(const Container& container)
{
    return container.state == State::Running || container.state == State::Paused;
}

/// A cgroup that has gone is a container that ends just now: not worth a line in the log.
bool writeSamples(const std::vector<Target>& targets)
{
    for (const Target& target : targets) {
        const auto written = target.ring->sample(target.cgroupPath, target.memoryLimit, target.cpuQuota);
        if (!written && written.error().kind != ErrorKind::NotFound)
            log::debug("{}: {}", target.cgroupPath, written.error().message);
    }
    return true;
}

} // namespace

StatsHistory::StatsHistory(ContainerManager& containers, std::filesystem::path directory)
    : m_containers(containers)
    , m_directory(std::move(directory))
{
    m_timer.setInterval(std::chrono::seconds(1));
    m_timer.setTimerType(Qt::PreciseTimer);
    connect(&m_timer, &QTimer::timeout, this, &StatsHistory::sample);
    connect(&containers, &ContainerManager::changed, this, &StatsHistory::changed);
    connect(&containers, &ContainerManager::removed, this, &StatsHistory::forget);
    for (const std::string& id : containers.ids())
        changed(id);
}

Result<std::shared_ptr<stats::Ring>> StatsHistory::ring(const std::string& id)
{
    if (const auto found = m_rings.find(id); found != m_rings.end())
        return found->second;
    auto ring = std::make_shared<stats::Ring>(TRY(stats::Ring::open(m_directory / id)));
    m_rings.emplace(id, ring);
    return ring;
}

Result<UniqueFd> StatsHistory::open(const std::string& id)
{
    const auto history = TRY(ring(id));
    return history->openReadOnly();
}

void StatsHistory::changed(const std::string& id)
{
    const Container* container = m_containers.find(id);
    // The timer stands still while nothing runs; the first sample comes at once.
    if (container && uses(*container) && !m_timer.isActive()) {
        m_timer.start();
        sample();
    }
}

void StatsHistory::forget(const std::string& id)
{
    m_rings.erase(id);
    std::error_code ignored; // it may never have had a history
    std::filesystem::remove(m_directory / id, ignored);
}

void StatsHistory::sample()
{
    if (m_sampling)
        return;
    std::vector<Target> targets;
    for (const std::string& id : m_containers.ids()) {
        const Container* container = m_containers.find(id);
        if (!container || !uses(*container))
            continue;
        if (auto history = ring(id))
            targets.push_back(
                {*history, container->cgroupPath, container->request.memoryLimit, container->request.cpuQuota});
        else
            log::warning("{}", history.error().message);
    }
    if (targets.empty())
        return m_timer.stop();
    m_sampling = true;
    m_thread.run([targets = std::move(targets)] { return writeSamples(targets); },
                 [this](bool) { m_sampling = false; });
}

} // namespace lamella::helper
