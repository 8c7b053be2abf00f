// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/shim/shim.h"

#include "engine/base/log.h"
#include "engine/os/file.h"
#include "engine/os/process.h"
#include "engine/os/signals.h"
#include "engine/runtime/keyring.h"
#include "engine/shim/self.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <format>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/wait.h>
#include <unistd.h>

namespace lamella::shim {

namespace {

/// How long a line that has been begun is kept back for its end.
constexpr std::chrono::milliseconds kPartialLine{100};
/// How long the end of the output is offered to attached clients that are behind.
constexpr std::chrono::milliseconds kGrace{500};

/// How long the program has to end when the machine goes down; systemd.service(5) gives services nine times as much.
constexpr std::chrono::seconds kTermination{10};

int stopSignalOf(const oci::Spec& spec)
{
    const auto named = spec.annotations.find(std::string{oci::kAnnotationStopSignal});
    return named == spec.annotations.end() ? SIGTERM : os::signalNumber(named->second).value_or(SIGTERM);
}

using Deadline = std::optional<std::chrono::steady_clock::time_point>;

Deadline earlier(const Deadline& a, const Deadline& b)
{
    return a && b ? std::min(*a, *b) : a ? a : b;
}

/// A helper that has gone before there was a socket cannot be found by its successor's search, nor find this shim: the
/// start is called off. One that goes later has a successor who connects.
Result<void> mustHaveHelper(BorrowedFd connection)
{
    pollfd peer{connection.get(), 0, 0};
    if (connection && ::poll(&peer, 1, 0) == 1 && (peer.revents & POLLHUP) != 0)
        return failure(ErrorKind::Cancelled, "the helper has gone while the container was being started");
    return {};
}

std::chrono::microseconds sinceEpoch()
{
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch());
}

} // namespace

Shim::Shim(Options options, EventLoop loop, LogWriter log, oci::Spec spec)
    : m_options(std::move(options))
    , m_loop(std::move(loop))
    , m_log(std::move(log))
    , m_spec(std::move(spec))
    , m_stdio(m_loop, m_log)
    , m_server(m_loop, [this](const nlohmann::json& message) { return handle(message); })
{
    // Where the specification is silent the container gets what the shim itself was started with, not the shim's
    // protection.
    if (!m_spec.process.oomScoreAdj)
        m_spec.process.oomScoreAdj = inheritedOomScore();
}

Result<void> Shim::run(UniqueFd firstConnection, std::chrono::nanoseconds begun)
{
    TRY(m_loop.watch(terminationEvent(), EPOLLIN, [this](std::uint32_t) { terminate(); }));
    const BorrowedFd helper = firstConnection.borrow();
    if (firstConnection)
        TRY(m_server.add(std::move(firstConnection)));
    auto started = m_server.listen(m_options.run).and_then([&] { return mustHaveHelper(helper); }).and_then([&] {
        return startContainer(begun);
    });
    if (!started) {
        abandon(started.error());
        return started;
    }
    tellStarted();
    auto served = serveUntilEnd();
    finish();
    return served;
}

/// Gives back what there is of a container that has not started, and tells why.
void Shim::abandon(const Error& error)
{
    if (m_container.pidfd)
        m_loop.forget(m_container.pidfd.borrow());
    m_container = {};
    m_stdio.drainToEnd();
    m_server.broadcast(
        {{"event", "failed"}, {"kind", errorKindName(error.kind)}, {"message", error.message}, {"step", m_failedStep}});
    m_server.finish();
    removeRunDirectory();
}

Result<void> Shim::startContainer(std::chrono::nanoseconds begun)
{
    Pipes pipes;
    if (!m_spec.process.terminal)
        pipes = TRY(Pipes::make(m_spec.process, m_spec.linux));
    m_container = TRY(
        runtime::create({.id = m_options.id,
                         .bundle = m_options.bundle,
                         .spec = m_spec,
                         .streams = {pipes.programIn.borrow(), pipes.programOut.borrow(), pipes.programErr.borrow()},
                         .endWithCaller = true,
                         .sessionKeyring = runtime::sessionKeyringOf(m_options.id),
                         .failedStep = &m_failedStep}));
    TRY(connectStreams(std::move(pipes)));
    TRY(m_loop.watch(m_container.pidfd.borrow(), EPOLLIN, [this](std::uint32_t) { reap(); }));
    auto started = runtime::start(m_container);
    m_failedStep = m_container.failedStep;
    TRY(std::move(started));
    m_container.steps.insert(m_container.steps.begin(), {"shim", begun});
    m_started = sinceEpoch();
    return {};
}

Result<void> Shim::connectStreams(Pipes pipes)
{
    if (m_spec.process.terminal)
        return m_stdio.useTerminal(std::move(m_container.console));
    return m_stdio.usePipes(std::move(pipes.in), std::move(pipes.out), std::move(pipes.err));
}

nlohmann::json Shim::steps() const
{
    auto list = nlohmann::json::array();
    for (const runtime::ReachedStep& step : m_container.steps)
        list.push_back({step.name, std::chrono::floor<std::chrono::microseconds>(step.at).count()});
    return list;
}

void Shim::tellStarted()
{
    m_server.broadcast(
        {{"event", "started"}, {"pid", m_container.pid}, {"started_usec", m_started.count()}, {"steps", steps()}});
}

Result<void> Shim::serveUntilEnd()
{
    using std::chrono::steady_clock;
    while (!m_ended) {
        std::chrono::milliseconds timeout{-1};
        if (const auto next = earlier(m_lineDeadline, m_killDeadline))
            timeout = std::max(std::chrono::ceil<std::chrono::milliseconds>(*next - steady_clock::now()), {});
        TRY(m_loop.runOnce(timeout));
        keepLineDeadline();
        keepKillDeadline();
    }
    return {};
}

/// A line that was begun is written, as a part, when its end does not come in time: a prompt can be seen in the log.
void Shim::keepLineDeadline()
{
    const auto now = std::chrono::steady_clock::now();
    if (m_lineDeadline && now >= *m_lineDeadline)
        m_log.flushPartial();
    if (!m_log.hasPartial())
        m_lineDeadline.reset();
    else if (!m_lineDeadline)
        m_lineDeadline = now + kPartialLine;
}

/// The machine goes down, or somebody wants this shim gone: the container ends in order, and how it ended is recorded.
void Shim::terminate()
{
    std::uint64_t count = 0;
    if (::read(terminationEvent().get(), &count, sizeof count) != sizeof count || m_killDeadline || m_ended)
        return;
    m_killDeadline = std::chrono::steady_clock::now() + kTermination;
    std::ignore = os::sendSignal(m_container.pidfd.borrow(), stopSignalOf(m_spec));
    if (m_paused) // a frozen process gets its signal when it thaws
        std::ignore = setPaused(false);
}

void Shim::keepKillDeadline()
{
    if (!m_killDeadline || std::chrono::steady_clock::now() < *m_killDeadline)
        return;
    m_killDeadline = std::chrono::steady_clock::now() + kTermination;
    if (auto killed = m_container.cgroup->killAll(); !killed)
        log::error("{}", killed.error().message);
}

/// Takes the status of every child that has ended: PID 1, exec'd programs, and orphans that came to us.
void Shim::reap()
{
    int status = 0;
    for (pid_t pid = 0; (pid = ::waitpid(-1, &status, WNOHANG)) > 0;) {
        if (pid == m_container.pid) {
            m_loop.forget(m_container.pidfd.borrow());
            m_ended = exitRecordOf(status);
        } else if (const auto exec = m_execs.remove(pid)) {
            m_loop.forget(exec->pidfd.borrow());
            m_server.broadcast(
                {{"event", "exec-exited"}, {"exec", exec->exec}, {"status", exitRecordOf(status).status}});
        }
    }
}

void Shim::finish()
{
    auto record = endContainer();
    if (record) {
        nlohmann::json event = toJson(*record);
        if (auto written = os::replaceFile(m_options.exit, event.dump()); !written)
            log::error("{}", written.error().message);
        event["event"] = "exited";
        m_server.broadcast(event);
    } else {
        log::error("{}", record.error().message);
    }
    m_stdio.clients().finish(kGrace);
    m_server.finish();
    removeRunDirectory();
}

Result<ExitRecord> Shim::endContainer()
{
    m_stdio.drain();
    auto killed = m_container.cgroup->killAll();
    reap();
    m_stdio.drainToEnd();
    ExitRecord record = m_ended.value_or(ExitRecord{});
    if (const auto usage = m_container.cgroup->usage())
        record.oom = usage->oomKills > 0;
    auto removed = killed ? m_container.cgroup->remove() : std::move(killed);
    if (!removed)
        log::error("the container's cgroup is left behind: {}", removed.error().message);
    record.started = m_started;
    record.finished = sinceEpoch();
    return record;
}

void Shim::removeRunDirectory()
{
    std::error_code ignored;
    std::filesystem::remove_all(m_options.run, ignored);
}

} // namespace lamella::shim
