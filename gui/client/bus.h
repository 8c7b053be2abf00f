// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/descriptor.h"
#include "gui/client/pending.h"
#include "lamella_proxies.h"

#include <QDBusConnection>
#include <QDBusError>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QLoggingCategory>
#include <QThreadPool>

#include <chrono>

/// Private to this folder: the connection, and how every call is made over it.
namespace lamella::client {

using ManagerProxy = OrgLamellaLamella1ManagerInterface;
using ContainerProxy = OrgLamellaLamella1ContainerInterface;
using ImageProxy = OrgLamellaLamella1ImageInterface;
using JobProxy = OrgLamellaLamella1JobInterface;
using SessionProxy = OrgLamellaLamella1SessionInterface;
using TrashedProxy = OrgLamellaLamella1TrashedContainerInterface;

Q_DECLARE_LOGGING_CATEGORY(lcClient)

class Client;
class JobClient;
class SessionClient;

inline constexpr std::chrono::milliseconds kReading{15'000};
/// A change may wait for a person who types a password (polkit).
inline constexpr std::chrono::milliseconds kChanging{300'000};
/// For as long as the other side lives.
inline constexpr std::chrono::milliseconds kForever{INT_MAX};

class Bus {
public:
    explicit Bus(Client* client);

    Client* client() const { return m_client; }
    QDBusConnection& connection() { return m_connection; }
    void setConnection(const QDBusConnection& connection) { m_connection = connection; }
    /// The helper's unique name: with it QtDBus never has to ask, and wait, for the owner of a name. Empty: it is away.
    const QString& owner() const { return m_owner; }
    void setOwner(const QString& owner) { m_owner = owner; }
    QThreadPool& threads() { return m_threads; }

    QPointer<JobClient> job(const QString& path);
    QPointer<SessionClient> session(const QString& path);

    /// Makes one call: `call(proxy)` gives the QDBusPendingReply, `take(promise, reply)` gives its values to the
    /// promise.
    template <class T, class Proxy, class Call, class Take>
    Pending<T> ask(const QString& path, std::chrono::milliseconds patience, const Call& call, Take take)
    {
        Promise<T> promise;
        if (m_owner.isEmpty()) {
            promise.fail(helperGone());
            return promise.pending();
        }
        Proxy proxy(m_owner, path, m_connection);
        prepare(proxy, patience);
        const auto reply = call(proxy);
        using Reply = std::remove_cv_t<decltype(reply)>;
        watch(reply, [promise, take](const QDBusPendingCall& answered) {
            const Reply answer = answered;
            if (answer.isError())
                promise.fail(refused(answer.error()));
            else
                take(promise, answer);
        });
        return promise.pending();
    }

    /// A call that answers nothing.
    template <class Proxy, class Call>
    Pending<void> tell(const QString& path, Call call)
    {
        return ask<void, Proxy>(path, kChanging, call,
                                [](const Promise<void>& promise, const auto&) { promise.give({}); });
    }

    /// Calls `then` when `call` has been answered, on the client's thread; not after the client is gone.
    void watch(const QDBusPendingCall& call, std::function<void(const QDBusPendingCall&)> then);

private:
    static ClientError helperGone();
    /// What the helper, or the bus for it, answered instead; it goes to the log, too.
    static ClientError refused(const QDBusError& error);
    static void prepare(QDBusAbstractInterface& proxy, std::chrono::milliseconds patience);

    Client* m_client;
    QDBusConnection m_connection;
    QString m_owner;
    QThreadPool m_threads;
};

/// An owned copy of a descriptor that came in a message.
Descriptor duplicate(const QDBusUnixFileDescriptor& received);
/// Gives a descriptor to a message, which closes it.
QDBusUnixFileDescriptor toMessage(Descriptor descriptor);

} // namespace lamella::client
