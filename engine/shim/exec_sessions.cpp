// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/shim/exec_sessions.h"

#include "engine/os/process.h"
#include "engine/runtime/keyring.h"
#include "engine/shim/protocol.h"
#include "engine/shim/stdio.h"

#include <algorithm>
#include <csignal>
#include <format>

namespace lamella::shim {

Result<ExecSessions::Started> ExecSessions::start(const std::string& id, const runtime::Created& container,
                                                  const oci::Spec& spec, const oci::Process& process)
{
    if (m_sessions.size() >= kMaxExecs)
        return failure(ErrorKind::LimitExceeded,
                       std::format("{} programs run in the container by exec already", kMaxExecs));
    Pipes pipes;
    if (!process.terminal)
        pipes = TRY(Pipes::make(process, spec.linux));
    auto executed = TRY(
        runtime::exec({.pid = container.pid,
                       .pidfd = container.pidfd.borrow(),
                       .spec = spec,
                       .process = process,
                       .cgroup = *container.cgroup,
                       .streams = {pipes.programIn.borrow(), pipes.programOut.borrow(), pipes.programErr.borrow()},
                       .sessionKeyring = runtime::sessionKeyringOf(id),
                       .id = id}));
    Started started{.exec = ++m_last, .pid = executed.pid, .streams = {}, .pidfd = executed.pidfd.borrow()};
    if (process.terminal) {
        started.streams.push_back(std::move(executed.console));
    } else {
        for (UniqueFd* fd : {&pipes.in, &pipes.out, &pipes.err})
            started.streams.push_back(std::move(*fd));
    }
    m_sessions[started.exec] = {executed.pid, std::move(executed.pidfd)};
    return started;
}

Result<void> ExecSessions::hangUp(unsigned exec)
{
    const auto found = m_sessions.find(exec);
    if (found == m_sessions.end())
        return failure(ErrorKind::NotFound, "that program has ended");
    return os::sendSignal(found->second.pidfd.borrow(), SIGHUP);
}

std::vector<unsigned> ExecSessions::running() const
{
    std::vector<unsigned> list;
    for (const auto& [exec, session] : m_sessions)
        list.push_back(exec);
    return list;
}

std::optional<ExecSessions::Ended> ExecSessions::remove(pid_t pid)
{
    const auto found = std::ranges::find(m_sessions, pid, [](const auto& entry) { return entry.second.pid; });
    if (found == m_sessions.end())
        return std::nullopt;
    Ended ended{found->first, std::move(found->second.pidfd)};
    m_sessions.erase(found);
    return ended;
}

} // namespace lamella::shim
