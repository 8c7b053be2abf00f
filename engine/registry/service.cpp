// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/service.h"

#include "engine/os/file.h"
#include "engine/os/socket.h"
#include "engine/registry/sentences.h"
#include "engine/registry/task.h"

#include <QThread>

#include <sys/eventfd.h>

#include <memory>

namespace lamella::registry {

namespace {

constexpr unsigned kStack = 1u << 20; // RLIMIT_DATA counts the stacks of all threads

Result<Answer> perform(Task& task)
{
    switch (task.request.operation) {
    case Operation::Resolve:
        return resolve(task);
    case Operation::Blob:
        return fetchBlob(task);
    case Operation::Tags:
        return listTags(task);
    case Operation::Login:
        return checkLogin(task);
    case Operation::HasBlob:
        return hasBlob(task);
    case Operation::Mount:
        return mountBlob(task);
    case Operation::Upload:
        return uploadBlob(task);
    case Operation::PutManifest:
        return putManifest(task);
    case Operation::Cancel:
        break;
    }
    return failure(ErrorKind::InvalidArgument, "the request asks for nothing that is known");
}

std::string subjectOf(const Request& request)
{
    return request.operation == Operation::Login ? request.name.registry : registry::subjectOf(request.name);
}

/// A request that is worked on, with what ends it.
struct Running {
    std::uint64_t id = 0;
    std::stop_source stop;
    UniqueFd stopEvent;
    std::unique_ptr<QThread> thread;
};

class Service {
public:
    explicit Service(BorrowedFd socket)
        : m_socket(socket)
    {
    }

    Result<void> run()
    {
        while (auto message = TRY(os::receiveDatagram(m_socket, limits::kMessage))) {
            auto request = requestFromMessage(message->data);
            const auto id = request ? request->id : idOfMessage(message->data);
            wipe(message->data);
            std::erase_if(m_running,
                          [](const auto& running) { return running->thread->isFinished() && running->thread->wait(); });
            if (!request) {
                TRY(say(id, toJson(request.error())));
                continue;
            }
            if (request->operation == Operation::Cancel)
                cancel(request->target);
            else
                TRY(start(std::move(*request), std::move(message->descriptors)));
        }
        return {};
    }

private:
    void cancel(std::uint64_t id)
    {
        for (const auto& running : m_running) {
            if (running->id == id) {
                running->stop.request_stop();
                ::eventfd_write(running->stopEvent.get(), 1);
            }
        }
    }

    Result<void> start(Request request, std::vector<UniqueFd> descriptors)
    {
        if (m_running.size() >= limits::kTasks)
            return say(
                request.id,
                toJson(Error::of(ErrorKind::LimitExceeded, "too many transfers at once: try again when one is done")));
        auto running = std::make_unique<Running>();
        running->id = request.id;
        running->stopEvent.reset(::eventfd(0, EFD_CLOEXEC));
        const auto id = request.id;
        auto task = std::make_shared<Task>(
            std::move(request), descriptors.empty() ? UniqueFd{} : std::move(descriptors.front()),
            Stop{running->stop.get_token(), running->stopEvent.borrow()}, m_known,
            [this, id](Bytes done) { std::ignore = say(id, {{"progress", done.value}}); });
        running->thread.reset(QThread::create([this, task] { work(*task); }));
        running->thread->setStackSize(kStack);
        running->thread->start();
        m_running.push_back(std::move(running));
        return {};
    }

    void work(Task& task)
    {
        auto answer = perform(task);
        task.descriptor.reset(); // its reader sees the end before the answer comes
        const auto id = task.request.id;
        if (!answer) {
            auto error = std::move(answer).error();
            if (error.kind != ErrorKind::Cancelled)
                error = std::move(error).within(subjectOf(task.request));
            std::ignore = say(id, toJson(error));
            return;
        }
        std::vector<BorrowedFd> descriptors;
        for (const auto& descriptor : answer->descriptors)
            descriptors.push_back(descriptor.borrow());
        std::ignore = say(id, {{"result", std::move(answer->result)}}, descriptors);
    }

    // One message for each call: threads need no turn.
    Result<void> say(std::uint64_t id, nlohmann::json message, std::span<const BorrowedFd> descriptors = {}) const
    {
        message["id"] = id;
        return os::sendDatagram(m_socket, message.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace),
                                descriptors);
    }

    BorrowedFd m_socket;
    Known m_known;
    std::vector<std::unique_ptr<Running>> m_running;
};

} // namespace

Result<void> serve(BorrowedFd socket)
{
    // Never destroyed: threads may still use it when the process ends.
    auto* service = new Service{socket};
    return service->run();
}

} // namespace lamella::registry
