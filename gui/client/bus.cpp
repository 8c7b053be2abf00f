// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/bus.h"

#include "gui/client/client.h"

#include <QCoreApplication>

#include <fcntl.h>

namespace lamella::client {

Q_LOGGING_CATEGORY(lcClient, "lamella.client")

Bus::Bus(Client* client)
    : m_client(client)
    , m_connection(QString())
{
    m_threads.setMaxThreadCount(2);
}

QPointer<JobClient> Bus::job(const QString& path)
{
    return m_client->ensureJob(path);
}

QPointer<SessionClient> Bus::session(const QString& path)
{
    return m_client->ensureSession(path);
}

void Bus::watch(const QDBusPendingCall& call, std::function<void(const QDBusPendingCall&)> then)
{
    auto* watcher = new QDBusPendingCallWatcher(call, m_client);
    QObject::connect(watcher, &QDBusPendingCallWatcher::finished, m_client,
                     [then = std::move(then)](QDBusPendingCallWatcher* finished) {
                         finished->deleteLater();
                         then(*finished);
                     });
}

ClientError Bus::helperGone()
{
    return errorFromWire(QStringLiteral("org.freedesktop.DBus.Error.ServiceUnknown"), {});
}

ClientError Bus::refused(const QDBusError& error)
{
    qCInfo(lcClient) << "a call failed:" << qPrintable(error.name()) << qPrintable(error.message());
    return errorFromWire(error.name(), error.message());
}

void Bus::prepare(QDBusAbstractInterface& proxy, std::chrono::milliseconds patience)
{
    proxy.setTimeout(static_cast<int>(patience.count()));
    proxy.setInteractiveAuthorizationAllowed(true);
}

Descriptor duplicate(const QDBusUnixFileDescriptor& received)
{
    return Descriptor(::fcntl(received.fileDescriptor(), F_DUPFD_CLOEXEC, 3));
}

QDBusUnixFileDescriptor toMessage(Descriptor descriptor)
{
    QDBusUnixFileDescriptor given;
    given.giveFileDescriptor(descriptor.release());
    return given;
}

} // namespace lamella::client
