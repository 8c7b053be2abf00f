// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/worker_process.h"

#include "engine/base/json.h"
#include "engine/image/fields.h"
#include "engine/image/limits.h"
#include "engine/os/process.h"
#include "engine/os/socket.h"
#include "engine/os/spawn.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <optional>

namespace lamella::image {

namespace {

constexpr int kFirstDescriptor = 3;
constexpr int kLastWait = 5000; // milliseconds

// Kills and reaps the worker unless it was waited for.
class RunningWorker {
public:
    explicit RunningWorker(UniqueFd pidfd)
        : m_pidfd(std::move(pidfd))
    {
    }
    RunningWorker(const RunningWorker&) = delete;
    RunningWorker& operator=(const RunningWorker&) = delete;
    ~RunningWorker()
    {
        if (!m_pidfd)
            return;
        std::ignore = os::sendSignal(m_pidfd.borrow(), SIGKILL);
        std::ignore = os::waitFor(m_pidfd.borrow());
    }
    /// It has said all it will ever say. One that stays all the same is killed.
    Result<os::ExitStatus> wait()
    {
        pollfd ended{m_pidfd.get(), POLLIN, 0};
        while (::poll(&ended, 1, kLastWait) < 0 && errno == EINTR) { }
        if (ended.revents == 0)
            TRY(os::sendSignal(m_pidfd.borrow(), SIGKILL));
        auto status = os::waitFor(m_pidfd.borrow());
        m_pidfd.reset();
        return status;
    }

private:
    UniqueFd m_pidfd;
};

// Reads lines from the worker until it closes its end.
class Conversation {
public:
    Conversation(BorrowedFd socket, BorrowedFd stopped, const std::function<void(std::uint64_t)>& progress)
        : m_socket(socket)
        , m_stopped(stopped)
        , m_progress(progress)
    {
    }

    Result<std::optional<nlohmann::json>> run()
    {
        std::vector<char> buffer(64u << 10);
        for (;;) {
            std::array<pollfd, 2> wait{{{m_socket.get(), POLLIN, 0}, {m_stopped.get(), POLLIN, 0}}};
            if (::poll(wait.data(), wait.size(), -1) < 0 && errno != EINTR)
                return systemFailure("cannot wait for the worker");
            if (wait[1].revents != 0)
                return failure(ErrorKind::Cancelled, "the load was cancelled");
            if (wait[0].revents == 0)
                continue;
            const auto count = ::read(m_socket.get(), buffer.data(), buffer.size());
            if (count == 0 || (count < 0 && errno == ECONNRESET))
                return std::move(m_last);
            if (count < 0 && errno != EINTR)
                return systemFailure("cannot read from the worker");
            if (count > 0)
                TRY(take({buffer.data(), static_cast<std::size_t>(count)}));
        }
    }

private:
    Result<void> take(std::string_view bytes)
    {
        for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
            m_line += bytes.substr(0, end);
            bytes.remove_prefix(end + 1);
            TRY(line());
            m_line.clear();
        }
        m_line += bytes;
        if (m_line.size() > limits::kWorkerMessage.value)
            return failure(ErrorKind::LimitExceeded, "the worker's report is too long");
        return {};
    }

    Result<void> line()
    {
        auto message = TRY(parseJson(m_line, "the worker's report", limits::kWorkerMessage.value));
        const auto fields = TRY(Fields::of(message, "the worker's report"));
        if (!fields.has("progress"))
            m_last = std::move(message);
        else if (m_progress)
            m_progress(TRY(fields.number("progress", limits::kBlob.value)));
        return {};
    }

    BorrowedFd m_socket;
    BorrowedFd m_stopped;
    const std::function<void(std::uint64_t)>& m_progress;
    std::string m_line;
    std::optional<nlohmann::json> m_last;
};

// Every copy of the socket is closed again when this returns.
Result<UniqueFd> start(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                       BorrowedFd socket, std::span<const BorrowedFd> descriptors)
{
    os::Spawn spawn;
    TRY(spawn.pass(socket, kFirstDescriptor));
    for (int number = kFirstDescriptor + 1; const auto fd : descriptors)
        TRY(spawn.pass(fd, number++));
    std::vector<std::string> argv{program};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return spawn.run(program, argv);
}

Result<nlohmann::json> resultOf(nlohmann::json message)
{
    const auto fields = TRY(Fields::of(message, "the worker's report"));
    if (fields.has("result"))
        return std::move(message["result"]);
    return std::unexpected(Error{errorKindFromName(TRY(fields.text("error", limits::kReference))),
                                 static_cast<int>(TRY(fields.number("errno", 4095))),
                                 TRY(fields.text("message", limits::kText))});
}

} // namespace

Result<nlohmann::json> runWorker(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                                 std::span<const BorrowedFd> descriptors,
                                 const std::function<void(std::uint64_t)>& progress, std::stop_token stop)
{
    const UniqueFd stopped{::eventfd(0, EFD_CLOEXEC)};
    if (!stopped)
        return systemFailure("cannot make an eventfd");
    const std::stop_callback onStop{stop, [&stopped] { ::eventfd_write(stopped.get(), 1); }};
    auto sockets = TRY(os::makeSocketPair(SOCK_STREAM));
    RunningWorker worker{TRY(start(program, arguments, sockets.second.borrow(), descriptors))};
    sockets.second.reset(); // so that its end is seen here
    auto last = TRY(Conversation(sockets.first.borrow(), stopped.borrow(), progress).run());
    const auto status = TRY(worker.wait());
    if (last)
        return resultOf(std::move(*last));
    return failure(ErrorKind::Failed,
                   status.signal != 0
                       ? std::format("lamella-worker was ended by signal {}", status.signal)
                       : std::format("lamella-worker ended with status {} and without a report", status.code));
}

} // namespace lamella::image
