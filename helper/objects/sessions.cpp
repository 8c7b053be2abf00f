// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/sessions.h"

#include "engine/container/container_manager.h"
#include "helper/dbus/object_tree.h"
#include "helper/dbus/peers.h"

#include <QPointer>
#include <QTimer>

namespace lamella::helper {

using container::ContainerManager;
using container::State;

Sessions::Sessions(std::chrono::milliseconds kept)
    : m_kept(kept)
{
}

void Sessions::follow(Services& services)
{
    m_services = &services;
    connect(&services.peers, &Peers::left, this, &Sessions::callerLeft);
    connect(&services.containers, &ContainerManager::execExited, this, &Sessions::execExited);
    connect(&services.containers, &ContainerManager::removed, this, &Sessions::containerEnded);
    connect(&services.containers, &ContainerManager::changed, this, [this](const std::string& id) {
        const container::Container* container = m_services->containers.find(id);
        if (!container || container->state == State::Stopped)
            containerEnded(id);
    });
}

SessionObject* Sessions::add(SessionObject::Details details)
{
    const bool present = m_services->peers.present(details.caller.busName);
    auto session = std::make_unique<SessionObject>(*m_services, ++m_last, std::move(details));
    if (!present) {
        session->hangUp();
        return nullptr;
    }
    SessionObject* added = m_services->tree.add(std::move(session));
    m_sessions.append(added);
    connect(added, &SessionObject::ended, this, [this, added] { expire(added); });
    return added;
}

void Sessions::expire(SessionObject* session)
{
    QTimer::singleShot(m_kept, session, [this, session] { remove(session); });
}

void Sessions::remove(SessionObject* session)
{
    if (m_sessions.removeOne(session))
        m_services->tree.remove(session);
}

void Sessions::callerLeft(const QString& busName)
{
    const QList<SessionObject*> all = m_sessions;
    for (SessionObject* session : all) {
        if (session->details().caller.busName != busName)
            continue;
        session->hangUp();
        remove(session);
    }
}

void Sessions::execExited(const std::string& id, unsigned exec, int status)
{
    const QList<SessionObject*> all = m_sessions;
    for (SessionObject* session : all) {
        if (session->details().container == id && session->details().exec == exec)
            session->end(status);
    }
}

void Sessions::containerEnded(const std::string& id)
{
    const QList<SessionObject*> all = m_sessions;
    for (SessionObject* session : all) {
        if (session->details().container == id)
            session->end(-1);
    }
}

} // namespace lamella::helper
