// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/shim/event_loop.h"

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace lamella::shim {

/// Those who watch the container's own program: each has a stream socket that carries its output, and takes its input.
/// A client that does not read misses output, which it is told in the stream; it never holds up the program, the log or
/// others.
class AttachClients {
public:
    /// What a client may be behind before it starts to miss output.
    static constexpr std::size_t kMaxBehind = 1 << 20;

    struct Input {
        std::function<void(std::string_view)> bytes; ///< a client has typed
        std::function<void()> end; ///< a client has shut down its writing side
    };

    AttachClients(EventLoop& loop, Input input);
    ~AttachClients();
    AttachClients(const AttachClients&) = delete;
    AttachClients& operator=(const AttachClients&) = delete;

    struct Attached {
        unsigned attach = 0;
        UniqueFd stream; ///< the client's end
    };
    /// Errors: LimitExceeded (kMaxAttaches), system errors.
    Result<Attached> add();

    /// Gives output to all of them.
    void broadcast(std::string_view bytes);

    /// Whether input is taken: not while the program has not read what was typed before.
    void takeInput(bool wanted);

    /// Closes all of them, after what is still to be sent to those who read it within `grace`.
    void finish(std::chrono::milliseconds grace);

private:
    struct Client {
        UniqueFd socket;
        std::string pending;
        std::size_t sent = 0; ///< of pending
        std::uint64_t missed = 0;
        bool inputOpen = true;
    };

    void handle(unsigned attach, std::uint32_t events);
    bool read(Client& client, std::uint32_t events);
    static bool write(Client& client);
    static void offer(Client& client, std::string_view bytes);
    void updateInterest(const Client& client);
    void drop(unsigned attach);

    EventLoop& m_loop;
    Input m_input;
    std::map<unsigned, Client> m_clients;
    unsigned m_last = 0;
    bool m_takeInput = true;
};

} // namespace lamella::shim
