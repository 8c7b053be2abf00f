// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <sys/types.h>

namespace lamella::test {

/// The initial file system as the kernel unpacks it: a cpio archive of the "newc" form (the kernel's
/// Documentation/driver-api/early-userspace/buffer-format.rst). Directories come before what is in them.
class InitialFiles {
public:
    void addDirectory(const QByteArray& name);
    void addFile(const QByteArray& name, const QByteArray& content, mode_t mode);
    void addCharacterDevice(const QByteArray& name, unsigned majorNumber, unsigned minorNumber);

    /// The whole archive; nothing is added after this.
    QByteArray finished();

private:
    struct Device {
        unsigned major = 0;
        unsigned minor = 0;
    };
    void add(const QByteArray& name, mode_t mode, const QByteArray& content, Device device);
    void pad();

    QByteArray m_bytes;
    quint32 m_inode = 0;
};

} // namespace lamella::test
