// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/auth/authorizer.h"
#include "helper/dbus/object_tree.h"
#include "helper/dbus/options.h"
#include "helper/dbus/peers.h"
#include "helper/dbus/publisher.h"

#include <QDBusVirtualObject>
#include <QPointer>

namespace lamella::helper {

/// Everything below /org/lamella/Lamella1: each message is identified (whose connection sent it), checked against the
/// contract, authorized, and only then given to its object. Nothing is answered by QtDBus's own handlers, which would
/// not ask who owns the object.
class Dispatcher : public QDBusVirtualObject {
    Q_OBJECT

public:
    Dispatcher(const Contract& contract, OptionTable options, ObjectTree& tree, Peers& peers, Publisher& publisher,
               Authorizer& authorizer);

    /// Registers the tree on the connection; false where another object is there.
    bool attach(QDBusConnection connection);

    QString introspect(const QString& path) const override;
    bool handleMessage(const QDBusMessage& message, const QDBusConnection& connection) override;

private:
    void route(const Call& call);
    void handleIntrospection(const Call& call);
    void handleObjectManager(const Call& call);
    void handleProperties(const Call& call);
    void handleMethod(const Call& call);
    void get(const Call& call, Object& object);
    void getAll(const Call& call, Object& object);

    /// The object that the caller means, or null with the call answered.
    Object* target(const Call& call);
    Result<void> checkArguments(const InterfaceContract& interface, const MethodContract& method,
                                const QDBusMessage& message) const;
    /// Asks for `action` (for another's object for manage-others instead) and goes on with `then` where it is granted
    /// and the object is still there.
    void authorize(const Call& call, Object* object, const QString& action, std::function<void(Object*)> then);
    QString describe(const QString& path, uid_t uid) const;

    const Contract& m_contract;
    OptionTable m_options;
    ObjectTree& m_tree;
    Peers& m_peers;
    Publisher& m_publisher;
    Authorizer& m_authorizer;
    QHash<uid_t, int> m_pending;
};

} // namespace lamella::helper
