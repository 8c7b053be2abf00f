// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/unique_fd.h"
#include "helper/dbus/object.h"
#include "helper/objects/quota.h"
#include "helper/objects/services.h"

#include <QDBusObjectPath>

#include <optional>
#include <string>

namespace lamella::helper {

/// A program run by Container.Exec, or a connection made by Container.Attach.
class SessionObject : public Object {
    Q_OBJECT
    Q_PROPERTY(QString Kind READ kind CONSTANT)
    Q_PROPERTY(uint Owner READ ownerUid CONSTANT)
    Q_PROPERTY(QDBusObjectPath Container READ container CONSTANT)
    Q_PROPERTY(uint Pid READ pid CONSTANT)
    Q_PROPERTY(bool Running READ running)
    Q_PROPERTY(int ExitStatus READ exitStatus)

public:
    struct Details {
        std::string container; ///< its id
        Caller caller;
        Quota::Place place;
        std::optional<unsigned> exec; ///< none: an attach
        pid_t pid = 0;
        /// Ours of what the caller holds as well: an exec's PTY master (to resize it) or an attach's socket (to shut it
        /// down), so that neither outlives the caller's time on the bus. None for an exec without a terminal.
        UniqueFd stream;
    };

    SessionObject(Services& services, quint64 number, Details details);

    QString kind() const;
    uint ownerUid() const { return m_details.caller.uid; }
    QDBusObjectPath container() const;
    uint pid() const { return uint(m_details.pid); }
    bool running() const { return m_running; }
    int exitStatus() const { return m_exitStatus; }
    const Details& details() const { return m_details; }

    /// It has ended by itself; `status` -1 where that is not known.
    void end(int status);
    /// An exec's program gets SIGHUP, an attach is left.
    void hangUp();

    // The contract's methods.
    void Resize(ushort rows, ushort columns, const QVariantMap& options);
    void Close(const QVariantMap& options);

Q_SIGNALS:
    void ended();

private:
    Services& m_services;
    Details m_details;
    bool m_running = true;
    int m_exitStatus = -1;
};

} // namespace lamella::helper
