// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/fetcher_link.h"

#include "engine/base/json.h"
#include "engine/image/fields.h"
#include "engine/image/limits.h"
#include "engine/os/process.h"
#include "engine/os/socket.h"
#include "engine/os/spawn.h"

#include <csignal>

namespace lamella::registry {

namespace {

constexpr int kSocket = 3;
constexpr std::size_t kMessage = 8192; // of the fetcher: documents come as descriptors
constexpr std::size_t kText = 4096;

Error errorOf(const image::Fields& fields)
{
    const auto kind = fields.text("error", kText);
    const auto number = fields.number("errno", 4095);
    auto message = fields.text("message", kText);
    if (!kind || !number || !message)
        return Error::of(ErrorKind::Failed, "lamella-fetcher says something that is not understood");
    return {errorKindFromName(*kind), static_cast<int>(*number), std::move(*message)};
}

} // namespace

Result<std::unique_ptr<Fetcher::Link>> Fetcher::Link::start(std::filesystem::path program)
{
    std::unique_ptr<Link> link{new Link};
    auto* self = link.get();
    link->m_thread
        = std::jthread{[self, program = std::move(program)](std::stop_token stop) { self->run(program, stop); }};
    std::unique_lock lock{link->m_mutex};
    link->m_changed.wait(lock, [self] { return self->m_started.has_value(); });
    TRY(Result<void>{*link->m_started});
    return link;
}

Fetcher::Link::~Link()
{
    if (m_socket)
        ::shutdown(m_socket.get(), SHUT_RDWR); // ends the fetcher, and the thread's reading
}

Result<UniqueFd> Fetcher::Link::spawn(const std::filesystem::path& program)
{
    auto sockets = TRY(os::makeSocketPair());
    os::Spawn spawn;
    TRY(spawn.pass(sockets.second.borrow(), kSocket));
    auto process = TRY(spawn.run(program, {program.string()}));
    m_socket = std::move(sockets.first);
    return process;
}

void Fetcher::Link::run(const std::filesystem::path& program, std::stop_token)
{
    auto process = spawn(program);
    {
        const std::scoped_lock lock{m_mutex};
        m_started = process ? Result<void>{} : std::unexpected(process.error());
    }
    m_changed.notify_all();
    if (!process)
        return;
    const auto ended = readAll();
    endAll(ended ? Error::of(ErrorKind::Failed, "lamella-fetcher has ended unexpectedly: try again") : ended.error());
    std::ignore = os::sendSignal(process->borrow(), SIGKILL);
    std::ignore = os::waitFor(process->borrow());
}

Result<void> Fetcher::Link::readAll()
{
    while (auto message = TRY(os::receiveDatagram(m_socket.borrow(), kMessage)))
        TRY(take(message->data, std::move(message->descriptors)));
    return {};
}

Result<void> Fetcher::Link::take(std::string_view text, std::vector<UniqueFd> descriptors)
{
    auto message = TRY(parseJson(text, "what lamella-fetcher says"));
    const auto fields = TRY(image::Fields::of(message, "what lamella-fetcher says"));
    const auto id = TRY(fields.number("id", UINT64_MAX));
    if (id == 0)
        return std::unexpected(errorOf(fields));
    const std::scoped_lock lock{m_mutex};
    const auto found = m_waiting.find(id);
    if (found == m_waiting.end()) // nobody waits for it any more
        return {};
    if (fields.has("progress")) {
        const auto done = TRY(fields.number("progress", image::limits::kBlob.value));
        if (*found->second.progress)
            (*found->second.progress)({done});
        return {};
    }
    found->second.reply = fields.has("result")
        ? Result<Reply>{Reply{std::move(message["result"]), std::move(descriptors)}}
        : std::unexpected(errorOf(fields));
    m_changed.notify_all();
    return {};
}

void Fetcher::Link::endAll(const Error& error)
{
    const std::scoped_lock lock{m_mutex};
    m_ended = error;
    m_changed.notify_all();
}

Result<std::uint64_t> Fetcher::Link::send(Request& request, BorrowedFd descriptor,
                                          const std::function<void(Bytes)>& progress)
{
    {
        const std::scoped_lock lock{m_mutex};
        request.id = ++m_lastId;
        m_waiting.emplace(request.id, Waiting{std::nullopt, &progress});
    }
    auto text = toMessage(request);
    const auto descriptors = std::span{&descriptor, descriptor ? 1u : 0u};
    auto sent = text.size() > limits::kMessage
        ? Result<void>{failure(ErrorKind::LimitExceeded, "the settings of the registry and its mirrors are too long")}
        : os::sendDatagram(m_socket.borrow(), text, descriptors);
    wipe(text);
    if (sent)
        return request.id;
    const std::scoped_lock lock{m_mutex};
    m_waiting.erase(request.id);
    return std::unexpected(m_ended ? *m_ended : std::move(sent).error());
}

Result<Fetcher::Link::Reply> Fetcher::Link::call(Request request, BorrowedFd descriptor,
                                                 const std::function<void(Bytes)>& progress, std::stop_token stop)
{
    const auto id = TRY(send(request, descriptor, progress));
    std::unique_lock lock{m_mutex};
    auto& waiting = m_waiting.at(id);
    const bool answered = m_changed.wait(lock, stop, [&] { return waiting.reply || m_ended; });
    Result<Reply> reply = waiting.reply ? std::move(*waiting.reply)
        : answered                      ? std::unexpected(*m_ended)
                                        : failure(ErrorKind::Cancelled, "the transfer was cancelled");
    m_waiting.erase(id);
    lock.unlock();
    if (!answered) {
        Request cancel;
        cancel.operation = Operation::Cancel;
        cancel.target = id;
        std::ignore = os::sendDatagram(m_socket.borrow(), toMessage(cancel));
    }
    return reply;
}

} // namespace lamella::registry
