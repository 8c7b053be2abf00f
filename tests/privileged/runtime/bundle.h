// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/spec.h"

#include <QByteArray>
#include <QProcess>
#include <QString>
#include <QStringList>

#include <memory>

/// Bundles for lamella-runtime below /var/tmp/lamella-test-<pid>-<namespace>, with a busybox root, and what runs them.
namespace lamella::test {

struct Outcome {
    int status = -1;
    QByteArray out;
    QByteArray err;
};

/// Runs a program to its end.
Outcome run(const QString& program, const QStringList& arguments);

enum class Kind {
    Plain, ///< no user namespace
    User, ///< ids from 100000
    Overlay, ///< a user namespace and an overlay by annotations
};

class Bundle {
public:
    explicit Bundle(Kind kind);
    ~Bundle();
    Bundle(const Bundle&) = delete;
    Bundle& operator=(const Bundle&) = delete;

    /// What config.json says; write() puts it there.
    oci::Spec spec;

    QString directory() const { return m_directory; }
    /// Where the files of the image are on the host.
    QString image() const;
    QString id() const { return m_id; }

    void setCommand(const QStringList& arguments);
    /// "/bin/sh -c SCRIPT".
    void setScript(const QString& script);
    void write() const;
    void writeRaw(const QByteArray& config) const;

    /// lamella-runtime with --root of this bundle.
    Outcome runtime(const QStringList& arguments) const;
    QStringList runtimeArguments(const QStringList& arguments) const;
    /// write() and `run`.
    Outcome run() const;

    /// What a container has left: mounts, cgroups, state directories. Empty is good.
    QStringList leftovers() const;

private:
    QString m_directory;
    QString m_id;
    Kind m_kind;
};

QString runtimeProgram();
/// Gives this process a private mount namespace. Call first in initTestCase().
void enterPrivateMounts();
/// Removes the cgroups and directories of this process. Call in cleanupTestCase().
void removeEverything();

} // namespace lamella::test
