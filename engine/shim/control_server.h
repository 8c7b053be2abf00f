// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/shim/event_loop.h"
#include "engine/shim/protocol.h"

#include <deque>
#include <filesystem>
#include <functional>
#include <map>

namespace lamella::shim {

/// The helper's connections: the one that came with the shim and those that were made through the socket. A connection
/// that breaks, or does not read what it is sent, is dropped; nothing else follows from that.
class ControlServer {
public:
    /// Answers one request: the body of the reply with its descriptors.
    using Handler = std::function<Result<Message>(const nlohmann::json& request)>;

    ControlServer(EventLoop& loop, Handler handler);
    ~ControlServer();
    ControlServer(const ControlServer&) = delete;
    ControlServer& operator=(const ControlServer&) = delete;

    /// Listens on shim.sock in the directory `run`, which must be 0700; a socket that is left there is replaced.
    Result<void> listen(const std::filesystem::path& run);

    /// Takes a connected socket.
    Result<void> add(UniqueFd socket);

    /// Tells every connection.
    void broadcast(const nlohmann::json& event);

    /// Sends what is still to be sent to those who read it, without waiting for others, then closes all.
    void finish();

private:
    /// Beyond this a connection that does not read is dropped.
    static constexpr std::size_t kMaxQueued = 256;

    struct Connection {
        UniqueFd socket;
        std::deque<Message> queue;
    };

    void accept();
    void handle(int key, std::uint32_t events);
    bool serve(Connection& connection);
    Message answer(const nlohmann::json& request) const;
    bool say(Connection& connection, Message message);
    bool sendQueued(Connection& connection);
    void drop(int key);

    EventLoop& m_loop;
    Handler m_handler;
    UniqueFd m_listener;
    std::map<int, Connection> m_connections;
};

} // namespace lamella::shim
