// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/process.h"
#include "engine/shim/shim.h"

#include <nlohmann/json.hpp>

#include <csignal>
#include <map>
#include <sys/epoll.h>

/// What the shim answers to each request of protocol.h.
namespace lamella::shim {

namespace {

Message empty()
{
    return {nlohmann::json::object(), {}};
}

/// Signals all processes of the cgroup but `leader`. A PID alone may name another process by the time it is used: what
/// is signalled was held by its pidfd when the cgroup still listed it.
Result<void> signalOthers(const cgroup::Cgroup& group, pid_t leader, int signal)
{
    std::map<pid_t, UniqueFd> held;
    for (const pid_t pid : TRY(group.processes())) {
        if (auto pidfd = os::openPidfd(pid); pidfd && pid != leader)
            held.emplace(pid, std::move(*pidfd));
    }
    for (const pid_t pid : TRY(group.processes())) {
        // One that ends meanwhile is not an error.
        if (const auto process = held.find(pid); process != held.end())
            std::ignore = os::sendSignal(process->second.borrow(), signal);
    }
    return {};
}

} // namespace

Result<Message> Shim::handle(const nlohmann::json& message)
{
    const Request request = TRY(parseRequest(message));
    if (m_ended)
        return failure(ErrorKind::WrongState, "the container has ended");
    return std::visit([this](const auto& one) { return answer(one); }, request);
}

Result<Message> Shim::answer(const StateRequest&)
{
    return Message{{{"pid", m_container.pid},
                    {"paused", m_paused},
                    {"started_usec", m_started.count()},
                    {"steps", steps()},
                    {"execs", m_execs.running()}},
                   {}};
}

Result<Message> Shim::answer(const KillRequest& request)
{
    TRY(os::sendSignal(m_container.pidfd.borrow(), request.signal));
    if (request.all)
        TRY(signalOthers(*m_container.cgroup, m_container.pid, request.signal));
    // A frozen task of cgroup v1 cannot even die.
    if (request.signal == SIGKILL && m_paused)
        TRY(setPaused(false));
    return empty();
}

Result<Message> Shim::answer(const PauseRequest&)
{
    if (m_paused)
        return failure(ErrorKind::WrongState, "the container is paused already");
    TRY(setPaused(true));
    return empty();
}

Result<Message> Shim::answer(const ResumeRequest&)
{
    if (!m_paused)
        return failure(ErrorKind::WrongState, "the container is not paused");
    TRY(setPaused(false));
    return empty();
}

Result<void> Shim::setPaused(bool paused)
{
    TRY(m_container.cgroup->freeze(paused));
    m_paused = paused;
    m_server.broadcast({{"event", paused ? "paused" : "resumed"}});
    return {};
}

Result<Message> Shim::answer(const ExecRequest& request)
{
    // The new program would be frozen before it could say that it runs.
    if (m_paused)
        return failure(ErrorKind::WrongState, "the container is paused");
    oci::Process process = request.process;
    if (!process.oomScoreAdj)
        process.oomScoreAdj = m_spec.process.oomScoreAdj;
    auto started = TRY(m_execs.start(m_options.id, m_container, m_spec, process));
    TRY(m_loop.watch(started.pidfd, EPOLLIN, [this](std::uint32_t) { reap(); }));
    return Message{{{"exec", started.exec}, {"pid", started.pid}}, std::move(started.streams)};
}

Result<Message> Shim::answer(const AttachRequest&)
{
    auto attached = TRY(m_stdio.clients().add());
    Message reply{{{"attach", attached.attach}}, {}};
    reply.descriptors.push_back(std::move(attached.stream));
    return reply;
}

Result<Message> Shim::answer(const ResizeRequest& request)
{
    TRY(m_stdio.resize(request.rows, request.columns));
    return empty();
}

Result<Message> Shim::answer(const HangupRequest& request)
{
    TRY(m_execs.hangUp(request.exec));
    return empty();
}

} // namespace lamella::shim
