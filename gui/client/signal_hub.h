// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QDBusMessage;

namespace lamella::client {

class Bus;
class Client;

/// Private to this folder: takes the helper's signals and the bus's own and hands them to Client. QtDBus delivers
/// signals of any object only to slots by name.
class SignalHub : public QObject {
    Q_OBJECT

public:
    SignalHub(Client* client, Bus* bus);

    /// Listens to this sender (a unique name) and no longer to the one before.
    void listenTo(const QString& owner);
    void listenToBus();

private Q_SLOTS:
    void interfacesAdded(const QDBusMessage& message);
    void interfacesRemoved(const QDBusMessage& message);
    void propertiesChanged(const QDBusMessage& message);
    void nameOwnerChanged(const QString& name, const QString& before, const QString& after);
    void disconnected();

private:
    void hook(const QString& owner, bool on);

    Client* m_client;
    Bus* m_bus;
    QString m_owner;
};

} // namespace lamella::client
