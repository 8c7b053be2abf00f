// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/shim/control_server.h"

#include "engine/base/log.h"
#include "engine/os/socket.h"
#include "engine/shim/requests.h"

#include <fcntl.h>
#include <format>
#include <sys/epoll.h>

namespace lamella::shim {

ControlServer::ControlServer(EventLoop& loop, Handler handler)
    : m_loop(loop)
    , m_handler(std::move(handler))
{
}

ControlServer::~ControlServer()
{
    if (m_listener)
        m_loop.forget(m_listener.borrow());
    while (!m_connections.empty())
        drop(m_connections.begin()->first);
}

Result<void> ControlServer::listen(const std::filesystem::path& run)
{
    m_listener = TRY(os::listenUnix(run / "shim.sock", 0600, SOCK_SEQPACKET | SOCK_NONBLOCK, kMaxConnections));
    return m_loop.watch(m_listener.borrow(), EPOLLIN, [this](std::uint32_t) { accept(); });
}

void ControlServer::accept()
{
    auto socket = os::acceptUnix(m_listener.borrow());
    if (!socket)
        return;
    const auto peer = os::peerCredentials(socket->borrow());
    if (!peer || peer->uid != ::geteuid()) {
        log::warning("a connection of another user was refused");
        return;
    }
    if (auto added = add(std::move(*socket)); !added)
        log::warning("a connection was refused: {}", added.error().message);
}

Result<void> ControlServer::add(UniqueFd socket)
{
    if (m_connections.size() >= kMaxConnections)
        return failure(ErrorKind::LimitExceeded, std::format("there are {} connections already", kMaxConnections));
    if (::fcntl(socket.get(), F_SETFL, O_NONBLOCK) != 0)
        return systemFailure("cannot make a connection non-blocking");
    enlargeBuffers(socket.borrow());
    const int key = socket.get();
    TRY(m_loop.watch(socket.borrow(), EPOLLIN, [this, key](std::uint32_t events) { handle(key, events); }));
    m_connections[key].socket = std::move(socket);
    return {};
}

void ControlServer::handle(int key, std::uint32_t events)
{
    const auto found = m_connections.find(key);
    if (found == m_connections.end())
        return;
    Connection& connection = found->second;
    bool alive = (events & EPOLLOUT) == 0 || sendQueued(connection);
    if (alive && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
        alive = serve(connection);
    if (!alive)
        drop(key);
}

bool ControlServer::serve(Connection& connection)
{
    auto message = receive(connection.socket.borrow());
    if (!message) {
        if (message.error().errnum == EAGAIN || message.error().errnum == EINTR)
            return true;
        log::warning("a connection is dropped: {}", message.error().message);
        return false;
    }
    return message->has_value() && say(connection, answer((*message)->body));
}

Message ControlServer::answer(const nlohmann::json& request) const
{
    nlohmann::json reply{{"serial", serialOf(request)}};
    auto result = m_handler(request);
    if (result) {
        reply["ok"] = std::move(result->body);
        return {std::move(reply), std::move(result->descriptors)};
    }
    reply["error"] = {{"kind", errorKindName(result.error().kind)}, {"message", result.error().message}};
    return {std::move(reply), {}};
}

bool ControlServer::say(Connection& connection, Message message)
{
    if (connection.queue.size() >= kMaxQueued)
        return false;
    connection.queue.push_back(std::move(message));
    return connection.queue.size() > 1 || sendQueued(connection);
}

bool ControlServer::sendQueued(Connection& connection)
{
    while (!connection.queue.empty()) {
        const Message& message = connection.queue.front();
        std::vector<BorrowedFd> descriptors;
        for (const UniqueFd& fd : message.descriptors)
            descriptors.push_back(fd.borrow());
        if (auto sent = send(connection.socket.borrow(), message.body, descriptors); !sent) {
            if (sent.error().errnum != EAGAIN)
                return false;
            m_loop.change(connection.socket.borrow(), EPOLLIN | EPOLLOUT);
            return true;
        }
        connection.queue.pop_front();
    }
    m_loop.change(connection.socket.borrow(), EPOLLIN);
    return true;
}

void ControlServer::broadcast(const nlohmann::json& event)
{
    for (auto& [key, connection] : m_connections) {
        // Only shut down: the caller may be answering this very connection. Its hang-up is an event like any other.
        if (!say(connection, {event, {}}))
            ::shutdown(connection.socket.get(), SHUT_RDWR);
    }
}

void ControlServer::finish()
{
    for (auto& [key, connection] : m_connections)
        sendQueued(connection);
    while (!m_connections.empty())
        drop(m_connections.begin()->first);
}

void ControlServer::drop(int key)
{
    const auto found = m_connections.find(key);
    m_loop.forget(found->second.socket.borrow());
    m_connections.erase(found);
}

} // namespace lamella::shim
