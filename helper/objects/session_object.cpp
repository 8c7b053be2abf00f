// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/session_object.h"

#include "engine/container/container_manager.h"
#include "helper/objects/adaptors.h"
#include "helper/objects/paths.h"

#include <sys/ioctl.h>
#include <sys/socket.h>

using namespace Qt::StringLiterals;

namespace lamella::helper {

SessionObject::SessionObject(Services& services, quint64 number, Details details)
    : Object(sessionPath(number), interfaceNamed("Session"_L1), details.caller.uid)
    , m_services(services)
    , m_details(std::move(details))
{
    setAdaptor(makeAdaptor(this));
}

QString SessionObject::kind() const
{
    return m_details.exec ? u"exec"_s : u"attach"_s;
}

QDBusObjectPath SessionObject::container() const
{
    return QDBusObjectPath(containerPath(m_details.container));
}

void SessionObject::end(int status)
{
    if (!std::exchange(m_running, false))
        return;
    m_exitStatus = status;
    m_details.stream.reset();
    m_details.place.reset();
    Q_EMIT touched();
    Q_EMIT ended();
}

void SessionObject::hangUp()
{
    if (!m_running)
        return;
    if (m_details.exec) {
        m_services.containers.hangUp(m_details.container, *m_details.exec);
        // The other master is the caller's: when it goes too, the kernel hangs up whatever still uses the terminal.
        m_details.stream.reset();
        return;
    }
    ::shutdown(m_details.stream.get(), SHUT_RDWR);
    end(-1);
}

void SessionObject::Resize(ushort rows, ushort columns, const QVariantMap&)
{
    if (!m_running)
        return refuse(ErrorKind::WrongState, "the session has ended");
    if (rows == 0 || columns == 0)
        return refuse(ErrorKind::InvalidArgument, "a terminal has at least one row and one column");
    if (!m_details.exec) {
        return m_services.containers.resize(m_details.container, rows, columns,
                                            [call = takeCall()](const Result<void>& resized) { call.finish(resized); });
    }
    const winsize size{rows, columns, 0, 0};
    if (!m_details.stream || ::ioctl(m_details.stream.get(), TIOCSWINSZ, &size) < 0)
        refuse(ErrorKind::WrongState, "the session has no terminal");
}

void SessionObject::Close(const QVariantMap&)
{
    hangUp();
}

} // namespace lamella::helper
