// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/dbus/peers.h"

#include "engine/base/log.h"

#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>

using namespace Qt::StringLiterals;

namespace lamella::helper {

Peers::Peers(const QDBusConnection& connection)
    : m_connection(connection)
    , m_watcher(QString(), connection, QDBusServiceWatcher::WatchForUnregistration)
{
    connect(&m_watcher, &QDBusServiceWatcher::serviceUnregistered, this, &Peers::forget);
}

void Peers::identify(const QString& busName, Identified then)
{
    if (const auto known = m_known.constFind(busName); known != m_known.cend()) {
        const Caller caller = *known;
        return then(caller);
    }
    const bool asked = m_waiting.contains(busName);
    m_waiting[busName].append(std::move(then));
    if (!asked)
        ask(busName);
}

void Peers::ask(const QString& busName)
{
    // Watched first: who leaves between the two is not found, and who leaves after is seen leaving.
    m_watcher.addWatchedService(busName);
    QDBusMessage message = QDBusMessage::createMethodCall(u"org.freedesktop.DBus"_s, u"/org/freedesktop/DBus"_s,
                                                          u"org.freedesktop.DBus"_s, u"GetConnectionCredentials"_s);
    message.setArguments({busName});
    auto* pending = new QDBusPendingCallWatcher(m_connection.asyncCall(message), this);
    connect(pending, &QDBusPendingCallWatcher::finished, this, [this, busName](QDBusPendingCallWatcher* finished) {
        finished->deleteLater();
        const QDBusPendingReply<QVariantMap> reply = *finished;
        if (reply.isError())
            forget(busName);
        else
            learn(busName, reply.value());
    });
}

void Peers::learn(const QString& busName, const QVariantMap& credentials)
{
    const QVariant uid = credentials.value(u"UnixUserID"_s);
    if (!m_waiting.contains(busName) || uid.metaType() != QMetaType::fromType<uint>()) {
        log::warning("the bus does not say whose connection {} is", busName.toStdString());
        return forget(busName);
    }
    const Caller caller{busName, uid.toUInt(), pid_t(credentials.value(u"ProcessID"_s).toUInt())};
    m_known.insert(busName, caller);
    const QList<Identified> waiting = m_waiting.take(busName);
    for (const Identified& then : waiting)
        then(caller);
}

void Peers::forget(const QString& busName)
{
    m_watcher.removeWatchedService(busName);
    m_waiting.remove(busName);
    if (m_known.remove(busName))
        Q_EMIT left(busName);
}

} // namespace lamella::helper
