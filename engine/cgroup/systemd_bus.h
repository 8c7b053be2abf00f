// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/cgroup/bus_message.h"

#include <chrono>
#include <string>

namespace lamella::cgroup {

/// A connection to systemd's manager (org.freedesktop.systemd1(5)) on the socket that systemctl uses when root calls
/// it: no bus daemon is between, and systemd tells each such connection of all jobs. Needs root. Blocking, one thread.
class SystemdBus {
public:
    static constexpr const char* kSocket = "/run/systemd/private";

    /// Connects and authenticates. Errors: Unsupported where systemd does not run.
    static Result<SystemdBus> connect(const std::string& socket = kSocket);

    /// Calls a method of the manager that answers with a job, and waits until that is done. Errors: what systemd says;
    /// AlreadyExists for a unit that is there already, NotFound for one that is not there.
    Result<void> runJob(std::string_view method, std::string_view signature, const BusWriter& arguments);

private:
    explicit SystemdBus(UniqueFd socket)
        : m_socket(std::move(socket))
    {
    }
    Result<void> authenticate();
    Result<void> send(std::string_view bytes);
    Result<void> receiveMore();
    Result<BusMessage> receive();
    Result<std::string> jobOf(std::uint32_t serial);

    UniqueFd m_socket;
    std::string m_received; // what no message was made of yet
    std::vector<BusMessage> m_signals; // what came before the answer
    std::uint32_t m_serial = 0;
};

} // namespace lamella::cgroup
