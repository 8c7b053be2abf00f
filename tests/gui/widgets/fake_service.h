// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/descriptor.h"
#include "tests/support/fake_helper/fake_tree.h"

#include <QDBusConnection>
#include <QDBusVirtualObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QVariantMap>

#include <vector>

/// A message bus of our own, which the program takes for the system's. One for a program: libdbus reads the address
/// once.
class PrivateBus {
public:
    ~PrivateBus();
    bool start();
    QString address() const { return QStringLiteral("unix:path=%1/bus").arg(m_directory.path()); }

private:
    QTemporaryDir m_directory;
    QProcess m_daemon;
};

/// A helper that has one image and one container, for tests of pages: on a private bus, with answers that a
/// test can change. It speaks the contract (resources/dbus/org.lamella.Lamella1.xml); Exec runs a shell of this
/// machine.
class FakeService final : public QDBusVirtualObject {
    Q_OBJECT
public:
    FakeService();
    ~FakeService() override;

    /// Takes the helper's name; false where that is impossible.
    bool start(const PrivateBus& bus);

    /// What the container says of itself; goes out as PropertiesChanged where it differs.
    void setContainer(const QVariantMap& properties);
    QVariantMap container() const { return m_container; }
    QString containerId() const;

    /// The container's files.
    lamella::test::FakeTree tree;

    /// The JSON lines of ListChanges. Who watches is told that they are others.
    void setChanges(const QByteArray& lines);
    void appendLog(const QByteArray& lines);
    /// The log becomes log.1, as the shim does it, and a new one is begun.
    void rotateLog();
    /// Seconds of history in the ring of statistics, with a gap of `gap` seconds in the middle.
    void fillStats(int seconds, int gap);
    /// From now on this method fails with that error; an empty name: no longer.
    void failWith(const QString& member, const QString& errorName, const QString& message);
    int calls(const QString& member) const { return m_calls.value(member); }

    QString introspect(const QString& path) const override;
    bool handleMessage(const QDBusMessage& message, const QDBusConnection& connection) override;

private:
    QVariantMap managerProperties() const;
    QVariantMap imageProperties() const;
    QVariantMap defaultContainer() const;
    bool answerContainer(const QDBusMessage& message);
    void answerGetAll(const QDBusMessage& message);
    void exec(const QDBusMessage& message);
    void execEnded(const QString& session, int status);
    void send(const QDBusMessage& reply);
    QVariant fileVariant(const QString& name) const;

    QTemporaryDir m_directory;
    QDBusConnection m_bus;
    QString m_peer;
    QVariantMap m_container;
    std::vector<lamella::client::Descriptor> m_watchers; ///< of changes
    QByteArray m_changes;
    QHash<QString, std::pair<QString, QString>> m_failures;
    QHash<QString, int> m_calls;
    QHash<QString, QVariantMap> m_sessions;
};
