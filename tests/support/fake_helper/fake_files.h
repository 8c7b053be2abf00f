// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QDBusUnixFileDescriptor>

namespace lamella::test {

/// A memory file with this content.
QDBusUnixFileDescriptor memoryFile(const QByteArray& content);
/// What a descriptor that a client passed is good for: its beginning where it can be read; "written" after a word was
/// written into it; "directory".
QString useDescriptor(const QDBusUnixFileDescriptor& descriptor);
/// A statistics ring (resources/dbus/stats_ring.h) with `samples` seconds up to now: a quarter of a CPU, 32 MiB.
QByteArray statsRing(int samples);

} // namespace lamella::test
