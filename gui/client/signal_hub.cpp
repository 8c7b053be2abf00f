// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/signal_hub.h"

#include "gui/client/bus.h"
#include "gui/client/client.h"
#include "resources/dbus/api.h"

#include <QDBusMessage>

namespace lamella::client {

using namespace Qt::StringLiterals;

SignalHub::SignalHub(Client* client, Bus* bus)
    : m_client(client)
    , m_bus(bus)
{
}

void SignalHub::listenTo(const QString& owner)
{
    if (owner == m_owner)
        return;
    if (!m_owner.isEmpty())
        hook(m_owner, false);
    m_owner = owner;
    if (!m_owner.isEmpty())
        hook(m_owner, true);
}

void SignalHub::hook(const QString& owner, bool on)
{
    struct Hook {
        QString interface;
        QString signal;
        const char* slot;
    };
    const std::initializer_list<Hook> hooks{
        {u"org.freedesktop.DBus.ObjectManager"_s, u"InterfacesAdded"_s, SLOT(interfacesAdded(QDBusMessage))},
        {u"org.freedesktop.DBus.ObjectManager"_s, u"InterfacesRemoved"_s, SLOT(interfacesRemoved(QDBusMessage))},
        {u"org.freedesktop.DBus.Properties"_s, u"PropertiesChanged"_s, SLOT(propertiesChanged(QDBusMessage))},
    };
    for (const Hook& one : hooks) {
        if (on)
            m_bus->connection().connect(owner, QString(), one.interface, one.signal, this, one.slot);
        else
            m_bus->connection().disconnect(owner, QString(), one.interface, one.signal, this, one.slot);
    }
}

void SignalHub::listenToBus()
{
    m_bus->connection().connect(u"org.freedesktop.DBus"_s, u"/org/freedesktop/DBus"_s, u"org.freedesktop.DBus"_s,
                                u"NameOwnerChanged"_s, QStringList{QLatin1StringView(dbus::kBusName)}, QString(), this,
                                SLOT(nameOwnerChanged(QString, QString, QString)));
    m_bus->connection().connect(QString(), u"/org/freedesktop/DBus/Local"_s, u"org.freedesktop.DBus.Local"_s,
                                u"Disconnected"_s, this, SLOT(disconnected()));
}

void SignalHub::interfacesAdded(const QDBusMessage& message)
{
    const QVariantList arguments = message.arguments();
    if (arguments.size() != 2 || message.signature() != "oa{sa{sv}}"_L1)
        return;
    m_client->addObject(arguments.at(0).value<QDBusObjectPath>().path(),
                        qdbus_cast<Client::Interfaces>(arguments.at(1)));
}

void SignalHub::interfacesRemoved(const QDBusMessage& message)
{
    const QVariantList arguments = message.arguments();
    if (arguments.size() == 2 && message.signature() == "oas"_L1)
        m_client->removeObject(arguments.at(0).value<QDBusObjectPath>().path());
}

void SignalHub::propertiesChanged(const QDBusMessage& message)
{
    const QVariantList arguments = message.arguments();
    if (arguments.size() == 3 && message.signature() == "sa{sv}as"_L1)
        m_client->updateObject(message.path(), qdbus_cast<QVariantMap>(arguments.at(1)));
}

void SignalHub::nameOwnerChanged(const QString& name, const QString&, const QString& after)
{
    if (name == QLatin1StringView(dbus::kBusName))
        m_client->ownerChanged(after);
}

void SignalHub::disconnected()
{
    m_client->busLost();
}

} // namespace lamella::client
