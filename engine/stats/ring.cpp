// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/cgroup.h"
#include "engine/stats/sampler.h"
#include "resources/dbus/stats_ring.h"

#include <chrono>
#include <cmath>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <tuple>
#include <utility>

namespace lamella::stats {

namespace {

std::uint64_t now()
{
    const auto time = std::chrono::system_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time).count());
}

// An empty file of the right size reads as zeros, so a ring without its magic number is a new one.
Result<void> giveSize(BorrowedFd fd, const std::filesystem::path& file)
{
    struct stat info = {};
    if (::fstat(fd.get(), &info) != 0)
        return systemFailure("cannot read the state of " + file.string());
    if (!S_ISREG(info.st_mode) || info.st_uid != ::geteuid() || (info.st_mode & 077) != 0)
        return failure(ErrorKind::NotAuthorized,
                       "cannot use " + file.string() + ": it is not a file of this user alone");
    if (info.st_size == sizeof(dbus::StatsRing))
        return {};
    if (::ftruncate(fd.get(), 0) != 0 || ::ftruncate(fd.get(), sizeof(dbus::StatsRing)) != 0)
        return systemFailure("cannot make room in " + file.string());
    // Where the file system is full this fails; a write through the map would end the process instead.
    if (const int error = ::posix_fallocate(fd.get(), 0, sizeof(dbus::StatsRing)); error != 0) {
        std::ignore = ::ftruncate(fd.get(), 0); // or the next to open it would take it for a whole one
        return systemFailure("cannot make room in " + file.string(), error);
    }
    return {};
}

void prepare(dbus::StatsRing& ring)
{
    if (ring.magic == dbus::kStatsMagic && ring.capacity == dbus::kStatsCapacity)
        return;
    ring.written.store(0, std::memory_order_relaxed);
    ring.capacity = dbus::kStatsCapacity;
    ring.magic = dbus::kStatsMagic;
}

} // namespace

Result<Ring> Ring::open(const std::filesystem::path& file)
{
    const UniqueFd fd{::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600)};
    if (!fd) {
        if (errno == ELOOP)
            return failure(ErrorKind::NotAuthorized, "cannot use " + file.string() + ": it is a link");
        return systemFailure("cannot open " + file.string());
    }
    if (auto sized = giveSize(fd.borrow(), file); !sized)
        return std::unexpected(std::move(sized).error());
    void* map = ::mmap(nullptr, sizeof(dbus::StatsRing), PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    if (map == MAP_FAILED)
        return systemFailure("cannot map " + file.string());
    Ring ring;
    ring.m_file = file;
    ring.m_ring = static_cast<dbus::StatsRing*>(map);
    prepare(*ring.m_ring);
    return ring;
}

Ring::Ring(Ring&& other) noexcept
    : m_file(std::move(other.m_file))
    , m_ring(std::exchange(other.m_ring, nullptr))
{
}

Ring& Ring::operator=(Ring&& other) noexcept
{
    if (this != &other) {
        unmap();
        m_file = std::move(other.m_file);
        m_ring = std::exchange(other.m_ring, nullptr);
    }
    return *this;
}

Ring::~Ring()
{
    unmap();
}

void Ring::unmap()
{
    if (m_ring)
        ::munmap(m_ring, sizeof(dbus::StatsRing));
    m_ring = nullptr;
}

Result<void> Ring::sample(const std::string& cgroupPath, Bytes memoryLimit, double cpuQuota)
{
    const auto group = TRY(cgroup::open(cgroupPath));
    const cgroup::Usage usage = TRY(group->usage());
    dbus::StatsSample sample = {};
    sample.timeUsec = now();
    sample.cpuUsec = usage.cpuUsec;
    sample.throttledUsec = usage.throttledUsec;
    sample.memoryBytes = usage.memory.value;
    sample.anonBytes = usage.memoryAnon.value;
    sample.fileBytes = usage.memoryFile.value;
    sample.kernelBytes = usage.memoryKernel.value;
    sample.memoryLimitBytes = memoryLimit.value;
    sample.cpuLimitMilli = cpuQuota > 0 ? static_cast<std::uint64_t>(std::lround(cpuQuota * 1000)) : 0;
    sample.pids = usage.pids;
    sample.oomKills = usage.oomKills;
    append(sample);
    return {};
}

void Ring::append(const dbus::StatsSample& sample)
{
    const std::uint64_t written = m_ring->written.load(std::memory_order_relaxed);
    m_ring->samples[written % dbus::kStatsCapacity] = sample;
    m_ring->written.store(written + 1, std::memory_order_release);
}

Result<UniqueFd> Ring::openReadOnly() const
{
    UniqueFd fd{::open(m_file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC)};
    if (!fd)
        return systemFailure("cannot open " + m_file.string());
    return fd;
}

} // namespace lamella::stats
