// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/vm/initial_files.h"

#include <QByteArrayList>
#include <QStringList>

#include <chrono>

namespace lamella::test {

/// A virtual machine without acceleration that boots Debian's kernel with cgroup v2 alone, so that such a kernel is
/// tried also on a machine that has another one. PID 1 is a static program that tests/support/vm/guest.h helps to
/// write, or what a disk has. The machine has no network, and ends when its guest switches it off.
class Machine {
public:
    /// What is missing on this computer; empty where a machine can be started.
    static QString missing();

    /// Puts a file of this computer into the machine; its directory must be there. False where it cannot be read.
    bool addProgram(const QByteArray& name, const QString& path);
    bool addFile(const QByteArray& name, const QString& path);
    /// Puts a module of the kernel at /modules/<file>, for loadModule() of guest.h. False where it is not there.
    bool addModule(const QString& file);
    void addDirectory(const QByteArray& name) { m_files.addDirectory(name); }

    /// Runs the machine with `guest` as PID 1. False where it did not end in time or before it had done everything.
    bool run(const QString& guest, int memoryMegabytes, std::chrono::milliseconds limit);

    /// Runs it with a disk, the image of an ext4 file system that it writes to, and what is PID 1 there;
    /// `kernelArguments` come after our own. The files that were added are not there. False as above.
    bool runDisk(const QString& image, const QString& kernelArguments, int memoryMegabytes,
                 std::chrono::milliseconds limit);

    /// The release of its kernel, as in /lib/modules.
    static QString kernelRelease();

    /// All that it said on its console.
    QByteArray console() const { return m_console; }
    /// The names of the checks that the guest made, in their order.
    QByteArrayList checks() const;
    /// What the guest said of a check: "pass", or why not.
    QByteArray resultOf(const QByteArray& check) const;

private:
    bool add(const QByteArray& name, const QString& path, mode_t mode);
    bool start(const QStringList& devices, const QString& kernelArguments, int memoryMegabytes,
               std::chrono::milliseconds limit);

    InitialFiles m_files;
    QByteArray m_console;
};

} // namespace lamella::test
