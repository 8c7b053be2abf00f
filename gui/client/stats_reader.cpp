// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/stats_reader.h"

#include <QCoreApplication>

#include <algorithm>
#include <cstddef>
#include <sys/stat.h>
#include <unistd.h>

namespace lamella::client {

namespace {

using dbus::StatsRing;

bool readAt(const Descriptor& file, void* into, std::size_t size, off_t offset)
{
    return ::pread(file.get(), into, size, offset) == static_cast<ssize_t>(size);
}

ClientError malformed()
{
    return {ErrorKind::Malformed,
            QCoreApplication::translate("ClientError", "The statistics of the container cannot be read.")};
}

} // namespace

Outcome<StatsReader> StatsReader::open(Descriptor ring)
{
    struct {
        std::uint32_t magic;
        std::uint32_t capacity;
    } head{};
    struct stat status{};
    if (::fstat(ring.get(), &status) != 0 || !S_ISREG(status.st_mode)
        || status.st_size < static_cast<off_t>(sizeof(StatsRing)) || !readAt(ring, &head, sizeof head, 0)
        || head.magic != dbus::kStatsMagic || head.capacity != dbus::kStatsCapacity)
        return std::unexpected(malformed());
    return StatsReader(std::move(ring));
}

Outcome<quint64> StatsReader::written() const
{
    quint64 written = 0;
    if (!readAt(m_ring, &written, sizeof written, offsetof(StatsRing, written)))
        return std::unexpected(malformed());
    return written;
}

Outcome<std::vector<StatsSample>> StatsReader::newest(std::size_t count) const
{
    const Outcome<quint64> end = written();
    if (!end)
        return std::unexpected(end.error());
    const quint64 wanted = std::min<quint64>({count, *end, dbus::kStatsCapacity});
    std::vector<StatsSample> samples(wanted);
    const quint64 first = *end - wanted;
    // At most two pieces: up to the end of the ring, and from its beginning.
    for (quint64 done = 0; done < wanted;) {
        const quint64 slot = (first + done) % dbus::kStatsCapacity;
        const quint64 run = std::min(wanted - done, dbus::kStatsCapacity - slot);
        const auto offset = static_cast<off_t>(offsetof(StatsRing, samples) + slot * sizeof(StatsSample));
        if (!readAt(m_ring, samples.data() + done, run * sizeof(StatsSample), offset))
            return std::unexpected(malformed());
        done += run;
    }
    // What the writer has overtaken meanwhile is thrown away, and so is the one that it may be writing now.
    const Outcome<quint64> now = written();
    if (!now)
        return std::unexpected(now.error());
    const quint64 oldest = *now + 1 > dbus::kStatsCapacity ? *now + 1 - dbus::kStatsCapacity : 0;
    if (oldest > first)
        samples.erase(samples.begin(), samples.begin() + static_cast<std::ptrdiff_t>(std::min(oldest - first, wanted)));
    // Times that fall back would draw graphs that run backwards.
    quint64 last = 0;
    std::erase_if(samples, [&last](const StatsSample& sample) {
        if (sample.timeUsec <= last)
            return true;
        last = sample.timeUsec;
        return false;
    });
    return samples;
}

double cpuPercent(const StatsSample& earlier, const StatsSample& later)
{
    // A counter that falls belongs to a new run; a gap of more than 5 s lies between two runs (or a pause of the
    // helper).
    constexpr quint64 kLongestGap = 5'000'000;
    if (later.timeUsec <= earlier.timeUsec || later.cpuUsec < earlier.cpuUsec
        || later.timeUsec - earlier.timeUsec > kLongestGap)
        return 0;
    return 100.0 * static_cast<double>(later.cpuUsec - earlier.cpuUsec)
        / static_cast<double>(later.timeUsec - earlier.timeUsec);
}

} // namespace lamella::client
