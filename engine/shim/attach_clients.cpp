// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/shim/attach_clients.h"

#include "engine/os/socket.h"
#include "engine/shim/protocol.h"

#include <array>
#include <format>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>

namespace lamella::shim {

AttachClients::AttachClients(EventLoop& loop, Input input)
    : m_loop(loop)
    , m_input(std::move(input))
{
}

AttachClients::~AttachClients()
{
    for (auto& [attach, client] : m_clients)
        m_loop.forget(client.socket.borrow());
}

Result<AttachClients::Attached> AttachClients::add()
{
    if (m_clients.size() >= kMaxAttaches)
        return failure(ErrorKind::LimitExceeded, std::format("{} terminals are attached already", kMaxAttaches));
    os::SocketPair ends = TRY(os::makeSocketPair(SOCK_STREAM));
    const unsigned attach = ++m_last;
    TRY(m_loop.watch(ends.first.borrow(), m_takeInput ? EPOLLIN | EPOLLRDHUP : 0u,
                     [this, attach](std::uint32_t events) { handle(attach, events); }));
    m_clients[attach].socket = std::move(ends.first);
    return Attached{attach, std::move(ends.second)};
}

void AttachClients::broadcast(std::string_view bytes)
{
    for (auto it = m_clients.begin(); it != m_clients.end();) {
        Client& client = it->second;
        const unsigned attach = it++->first;
        offer(client, bytes);
        if (write(client))
            updateInterest(client);
        else
            drop(attach);
    }
}

void AttachClients::offer(Client& client, std::string_view bytes)
{
    const std::size_t behind = client.pending.size() - client.sent;
    // Once it misses something it catches up half way first: so that gaps are few and long, not many and short.
    const std::size_t room = client.missed > 0 ? kMaxBehind / 2 : kMaxBehind;
    if (behind + bytes.size() > room) {
        client.missed += bytes.size();
        return;
    }
    if (client.missed > 0) {
        client.pending += std::format("\r\n[lamella: {} bytes were missed here; the log has them]\r\n", client.missed);
        client.missed = 0;
    }
    client.pending += bytes;
}

bool AttachClients::write(Client& client)
{
    while (client.sent < client.pending.size()) {
        const ssize_t written = ::send(client.socket.get(), client.pending.data() + client.sent,
                                       client.pending.size() - client.sent, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0 && errno != EAGAIN)
            return false;
        if (written <= 0)
            break;
        client.sent += static_cast<std::size_t>(written);
    }
    if (client.sent == client.pending.size()) {
        client.pending.clear();
        client.sent = 0;
    } else if (client.sent >= kMaxBehind / 2) {
        client.pending.erase(0, client.sent);
        client.sent = 0;
    }
    return true;
}

bool AttachClients::read(Client& client, std::uint32_t events)
{
    std::array<char, 16 * 1024> bytes;
    const ssize_t length = ::recv(client.socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    if (length > 0)
        m_input.bytes({bytes.data(), static_cast<std::size_t>(length)});
    if (length < 0)
        return errno == EAGAIN || errno == EINTR;
    if (length > 0)
        return true;
    if ((events & (EPOLLHUP | EPOLLERR)) != 0)
        return false;
    client.inputOpen = false;
    m_input.end();
    return true;
}

void AttachClients::handle(unsigned attach, std::uint32_t events)
{
    const auto found = m_clients.find(attach);
    if (found == m_clients.end())
        return;
    Client& client = found->second;
    bool alive = true;
    if ((events & (EPOLLIN | EPOLLRDHUP)) != 0 && client.inputOpen && m_takeInput)
        alive = read(client, events);
    else if ((events & (EPOLLHUP | EPOLLERR)) != 0)
        alive = false;
    if (alive)
        alive = write(client);
    if (alive)
        updateInterest(client);
    else
        drop(attach);
}

void AttachClients::takeInput(bool wanted)
{
    if (wanted == m_takeInput)
        return;
    m_takeInput = wanted;
    for (const auto& [attach, client] : m_clients)
        updateInterest(client);
}

void AttachClients::updateInterest(const Client& client)
{
    std::uint32_t events = 0;
    if (m_takeInput && client.inputOpen)
        events |= EPOLLIN | EPOLLRDHUP;
    if (!client.pending.empty())
        events |= EPOLLOUT;
    m_loop.change(client.socket.borrow(), events);
}

void AttachClients::drop(unsigned attach)
{
    const auto found = m_clients.find(attach);
    m_loop.forget(found->second.socket.borrow());
    m_clients.erase(found);
}

void AttachClients::finish(std::chrono::milliseconds grace)
{
    const auto until = std::chrono::steady_clock::now() + grace;
    for (auto& [attach, client] : m_clients) {
        while (write(client) && !client.pending.empty()) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
            pollfd ready{client.socket.get(), POLLOUT, 0};
            if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) <= 0)
                break;
        }
    }
    while (!m_clients.empty())
        drop(m_clients.begin()->first);
}

} // namespace lamella::shim
