// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/dbus/support/client.h"

#include <QList>
#include <QStringList>

#include <memory>

namespace lamella::test {

QString pathOf(const QString& image);
/// What lies in the store's directory of layers.
QStringList layersOnDisk();
/// The PIDs of the processes of a program of ours.
QList<pid_t> processesOf(const QByteArray& program);
/// A descriptor for a message; it is closed with it.
QDBusUnixFileDescriptor opened(const QString& path, int flags);

/// Two users who may manage what is theirs, and what tests of images ask of them.
class ImageFixture {
protected:
    ImageFixture();

    /// Calls a method of the manager that begins a job, as alice.
    QString begin(const QString& member, const QVariantList& arguments, const QVariantMap& options = {});
    /// How a job of hers ended; empty where it succeeded.
    QString errorOf(const QString& job);
    QVariant image(const QString& id, const QString& property);
    /// Of both.
    void removeImages();
    /// The same, and waits for what served them to go.
    void leaveNothing();

    std::unique_ptr<Client> alice;
    std::unique_ptr<Client> bob;
};

} // namespace lamella::test
