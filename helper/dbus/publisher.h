// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/dbus/object_tree.h"
#include "helper/dbus/peers.h"

#include <QDBusConnection>
#include <QDBusObjectPath>
#include <QDeadlineTimer>
#include <QHash>
#include <QTimer>

namespace lamella::helper {

/// dbus-specification, "Standard Interfaces".
inline const QString kObjectManager = QStringLiteral("org.freedesktop.DBus.ObjectManager");
inline const QString kProperties = QStringLiteral("org.freedesktop.DBus.Properties");

/// a{sa{sv}} and a{oa{sa{sv}}} of org.freedesktop.DBus.ObjectManager.
using InterfaceMap = QMap<QString, QVariantMap>;
using ManagedObjects = QMap<QDBusObjectPath, InterfaceMap>;

/// Sends InterfacesAdded, InterfacesRemoved and PropertiesChanged, each by name, to the connections that have asked for
/// the objects and may see the one in question: a signal to everybody would tell one user of another's containers.
class Publisher : public QObject {
    Q_OBJECT

public:
    Publisher(const QDBusConnection& connection, const Contract& contract, ObjectTree& tree, Peers& peers);

    /// The objects that the caller may see; from now on it is told of changes. Errors: LimitExceeded (more than one
    /// message may hold: the bus daemon would drop our connection for it).
    Result<ManagedObjects> subscribe(const Caller& caller);

private:
    struct Published {
        QVariantMap sent; ///< the properties as the subscribers know them
        QDeadlineTimer due;
        bool dirty = false;
    };

    void added(Object* object);
    void removed(Object* object);
    void touched(Object* object);
    void flush();
    void sendChanges(Object* object, Published& published);
    void send(const Object& object, const QString& path, const QString& interface, const QString& member,
              const QVariantList& arguments);
    QVariantMap read(const Object& object) const;

    QDBusConnection m_connection;
    const Contract& m_contract;
    ObjectTree& m_tree;
    QHash<QString, uid_t> m_subscribers;
    QHash<Object*, Published> m_published;
    QTimer m_timer;
};

} // namespace lamella::helper
