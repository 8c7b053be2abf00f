// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fake_helper/fake_files.h"

#include "resources/dbus/stats_ring.h"

#include <QDateTime>

#include <cstring>
#include <memory>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace lamella::test {

QDBusUnixFileDescriptor memoryFile(const QByteArray& content)
{
    const int file = ::memfd_create("fake", MFD_CLOEXEC);
    QDBusUnixFileDescriptor descriptor;
    if (file >= 0 && ::pwrite(file, content.constData(), static_cast<std::size_t>(content.size()), 0) == content.size())
        descriptor.giveFileDescriptor(file);
    return descriptor;
}

QString useDescriptor(const QDBusUnixFileDescriptor& descriptor)
{
    const int file = descriptor.fileDescriptor();
    struct stat status{};
    if (::fstat(file, &status) != 0)
        return QStringLiteral("closed");
    if (S_ISDIR(status.st_mode))
        return QStringLiteral("directory");
    QByteArray text(256, '\0');
    const ssize_t size = ::read(file, text.data(), static_cast<std::size_t>(text.size()));
    if (size >= 0)
        return QString::fromUtf8(text.left(size));
    return ::write(file, "written", 7) == 7 ? QStringLiteral("written") : QStringLiteral("unusable");
}

QByteArray statsRing(int samples)
{
    auto ring = std::make_unique<dbus::StatsRing>();
    std::memset(static_cast<void*>(ring.get()), 0, sizeof(dbus::StatsRing));
    ring->magic = dbus::kStatsMagic;
    ring->capacity = dbus::kStatsCapacity;
    ring->written = static_cast<std::uint64_t>(samples);
    const auto now = static_cast<std::uint64_t>(QDateTime::currentMSecsSinceEpoch()) * 1000;
    for (int i = 0; i < samples; ++i) {
        dbus::StatsSample& sample = ring->samples[i];
        sample.timeUsec = now - static_cast<std::uint64_t>(samples - i - 1) * 1'000'000;
        sample.cpuUsec = static_cast<std::uint64_t>(i) * 250'000;
        sample.memoryBytes = 32ULL << 20;
        sample.pids = 3;
    }
    return {reinterpret_cast<const char*>(ring.get()), sizeof(dbus::StatsRing)};
}

} // namespace lamella::test
