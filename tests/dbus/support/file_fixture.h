// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/dbus/support/client.h"

#include <QDBusMessage>
#include <QDBusUnixFileDescriptor>
#include <QJsonObject>
#include <QList>
#include <QStringList>

#include <fcntl.h>

#include <memory>

namespace lamella::test {

/// What a ListDirectory answered.
struct Listed {
    QString error; ///< the last part of its name
    QByteArray directory;
    QList<QJsonObject> files;
    QByteArray next;

    QStringList names() const;
    QJsonObject named(const QString& name) const;
};

/// Of a container or an image.
Listed listingOf(const QDBusMessage& answer);
/// The content that a ReadFile answered with.
QByteArray contentOf(const QDBusMessage& answer);

constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
QDBusUnixFileDescriptor memoryFile(const QByteArray& bytes, int seals = kSeals);
/// "sha256:<hex>"
QString digestOf(const QByteArray& content);

/// A container of alice's, and what tests of files ask of it.
class FileFixture {
protected:
    FileFixture();

    void removeContainers();

    /// The rows "running" and "stopped".
    static void whetherItRuns();
    /// What the data row says.
    static bool runs();

    /// A container whose script goes on; it has said "done".
    QString start(const QString& script);
    /// A container in which `script` has run; of the data row's kind where there is one. `before` runs before it.
    QString make(const QString& script, const QString& before = {});

    /// The kind of the error; empty: none.
    QString ask(const QString& path, const QString& member, const QVariantList& arguments,
                const QVariantMap& options = {});
    QString write(const QString& path, const QByteArray& file, const QByteArray& content,
                  const QVariantMap& options = {});
    /// The job that removes files.
    QString beginRemoval(const QString& path, const QByteArrayList& files);
    /// The kind of the error of the call or the job; empty: none.
    QString remove(const QString& path, const QByteArrayList& files);
    QByteArray read(const QString& path, const QByteArray& file);
    Listed list(const QString& path, const QByteArray& directory, const QVariantMap& options = {},
                Client* client = nullptr);

    /// Where the container's writable layer has it, on the host.
    static QByteArray inUpper(const QString& path, const QByteArray& file);
    /// Fails the test where something is left of what writing makes meanwhile.
    void noneIsLeft(const QString& path);

    std::unique_ptr<Client> alice;
    std::unique_ptr<Client> bob;

private:
    QStringList m_made;
};

} // namespace lamella::test
