// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/spec.h"
#include "engine/runtime/runtime.h"
#include "engine/shim/control_server.h"
#include "engine/shim/event_loop.h"
#include "engine/shim/exec_sessions.h"
#include "engine/shim/exit_record.h"
#include "engine/shim/log_writer.h"
#include "engine/shim/options.h"
#include "engine/shim/requests.h"
#include "engine/shim/stdio.h"

#include <memory>
#include <optional>

namespace lamella::shim {

/// One container from its start to its end (protocol.h).
class Shim {
public:
    Shim(Options options, EventLoop loop, LogWriter log, oci::Spec spec);

    /// Starts the container, serves its connections until it has ended, and cleans up. Errors: what kept it from
    /// starting, which the connections have been told.
    Result<void> run(UniqueFd firstConnection, std::chrono::nanoseconds begun);

private:
    Result<void> startContainer(std::chrono::nanoseconds begun);
    Result<void> connectStreams(Pipes pipes);
    void tellStarted();
    void abandon(const Error& error);
    Result<void> serveUntilEnd();
    void keepLineDeadline();
    void terminate();
    void keepKillDeadline();
    void reap();
    void finish();
    Result<ExitRecord> endContainer();
    void removeRunDirectory();

    Result<Message> handle(const nlohmann::json& message);
    Result<Message> answer(const StateRequest& request);
    Result<Message> answer(const KillRequest& request);
    Result<Message> answer(const PauseRequest& request);
    Result<Message> answer(const ResumeRequest& request);
    Result<Message> answer(const ExecRequest& request);
    Result<Message> answer(const AttachRequest& request);
    Result<Message> answer(const ResizeRequest& request);
    Result<Message> answer(const HangupRequest& request);

    Result<void> setPaused(bool paused);
    nlohmann::json steps() const;

    Options m_options;
    EventLoop m_loop;
    LogWriter m_log;
    oci::Spec m_spec;
    Stdio m_stdio;
    ControlServer m_server;
    ExecSessions m_execs;
    runtime::Created m_container;
    std::optional<ExitRecord> m_ended;
    std::string m_failedStep = "prepare";
    std::chrono::microseconds m_started{};
    bool m_paused = false;
    std::optional<std::chrono::steady_clock::time_point>
        m_lineDeadline; ///< when a begun line is written without its end
    std::optional<std::chrono::steady_clock::time_point>
        m_killDeadline; ///< when a program that was asked to end is not waited for any longer
};

} // namespace lamella::shim
