// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/dbus/caller.h"

#include <QDBusConnection>
#include <QDBusServiceWatcher>
#include <QHash>
#include <QList>
#include <QObject>

#include <functional>

namespace lamella::helper {

/// The connections that have called us: whose they are, as the bus daemon says (GetConnectionCredentials), asked once
/// for each and forgotten when it leaves. Main thread only; never blocks.
class Peers : public QObject {
    Q_OBJECT

public:
    explicit Peers(const QDBusConnection& connection);

    using Identified = std::function<void(const Caller&)>;
    /// Calls `then` with who `busName` is, at once where it is known; never where it has left meanwhile.
    void identify(const QString& busName, Identified then);

    /// Whether it is still on the bus.
    bool present(const QString& busName) const { return m_known.contains(busName); }

Q_SIGNALS:
    void left(const QString& busName);

private:
    void ask(const QString& busName);
    void learn(const QString& busName, const QVariantMap& credentials);
    void forget(const QString& busName);

    QDBusConnection m_connection;
    QDBusServiceWatcher m_watcher;
    QHash<QString, Caller> m_known;
    QHash<QString, QList<Identified>> m_waiting;
};

} // namespace lamella::helper
