// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/shim_link.h"

#include "engine/base/log.h"
#include "engine/os/process.h"

#include <QPointer>
#include <QSocketNotifier>
#include <QTimer>

#include <nlohmann/json.hpp>

#include <cerrno>
#include <fcntl.h>
#include <format>

namespace lamella::container {

namespace {

constexpr std::chrono::milliseconds kReconnectDelay{50};

Error errorOf(const nlohmann::json& object)
{
    const auto text = [&object](const char* name) {
        const auto found = object.find(name);
        return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
    };
    return Error::of(errorKindFromName(text("kind")), text("message"));
}

} // namespace

Result<shim::Message> resultOf(shim::Message message)
{
    if (const auto error = message.body.find("error"); error != message.body.end() && error->is_object())
        return std::unexpected(errorOf(*error));
    if (!message.body.contains("ok"))
        return failure(ErrorKind::Failed, "the shim answered what is not an answer");
    nlohmann::json ok = std::move(message.body["ok"]);
    return shim::Message{std::move(ok), std::move(message.descriptors)};
}

std::uint64_t serialIn(const nlohmann::json& body)
{
    const auto found = body.find("serial");
    return found != body.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

ShimLink::ShimLink(ShimProcess process, std::filesystem::path run, Callbacks callbacks)
    : m_process(std::move(process))
    , m_run(std::move(run))
    , m_callbacks(std::move(callbacks))
    , m_end(new QSocketNotifier(m_process.pidfd.get(), QSocketNotifier::Read, this))
{
    listen();
    connect(m_end, &QSocketNotifier::activated, this, &ShimLink::handleEnd);
}

ShimLink::~ShimLink()
{
    // Before the descriptors that they watch are closed.
    delete m_messages;
    delete m_end;
}

void ShimLink::listen()
{
    ::fcntl(m_process.connection.get(), F_SETFL, O_NONBLOCK);
    m_messages = new QSocketNotifier(m_process.connection.get(), QSocketNotifier::Read, this);
    connect(m_messages, &QSocketNotifier::activated, this, &ShimLink::readMessages);
}

void ShimLink::request(nlohmann::json body, std::chrono::milliseconds timeout, Reply reply)
{
    const std::uint64_t serial = ++m_serial;
    body["serial"] = serial;
    const auto sent = m_messages->isEnabled() ? shim::send(m_process.connection.borrow(), body)
                                              : Result<void>{systemFailure("there is no connection", ENOTCONN)};
    const bool lost = !sent
        && (sent.error().errnum == ENOTCONN || sent.error().errnum == EPIPE || sent.error().errnum == ECONNRESET);
    if (lost) {
        m_unsent.push_back(std::move(body)); // for the next connection, or for the end to answer
    } else if (!sent) {
        reply(std::unexpected(Error{sent.error()}.within("cannot ask the shim")));
        return;
    }
    m_waiting[serial] = std::move(reply);
    QTimer::singleShot(timeout, this, [this, serial] {
        answer(serial, failure(ErrorKind::Failed, "the container's shim does not answer"));
    });
}

void ShimLink::silence()
{
    m_messages->setEnabled(false);
    m_end->setEnabled(false);
    m_callbacks = {};
    m_waiting.clear();
}

void ShimLink::readMessages()
{
    while (m_messages->isEnabled()) {
        auto message = shim::receive(m_process.connection.borrow());
        if (!message && (message.error().errnum == EAGAIN || message.error().errnum == EINTR))
            return;
        if (!message || !*message) {
            m_messages->setEnabled(false);
            QTimer::singleShot(kReconnectDelay, this, &ShimLink::reconnect);
            return;
        }
        handle(std::move(**message));
    }
}

/// A shim that ends closes its connections too; then the process's end is what comes next.
void ShimLink::reconnect()
{
    if (!m_end->isEnabled())
        return;
    auto again = connectToShim(m_run);
    if (!again || again->pid != m_process.pid) {
        QTimer::singleShot(kReconnectDelay, this, &ShimLink::reconnect);
        return;
    }
    std::map<std::uint64_t, Reply> unanswered = std::exchange(m_waiting, {});
    delete m_messages; // before the descriptor that it watches is closed
    m_process.connection = std::move(again->connection);
    listen();
    for (nlohmann::json& body : std::exchange(m_unsent, {})) {
        auto waiting = unanswered.extract(serialIn(body));
        if (waiting.empty())
            continue; // who asked has been told that there is no answer
        m_waiting.insert(std::move(waiting));
        if (!shim::send(m_process.connection.borrow(), body))
            m_unsent.push_back(std::move(body));
    }
    const QPointer alive(this);
    for (auto& [serial, reply] : unanswered)
        reply(failure(ErrorKind::Failed, "the connection to the container's shim was lost before it answered"));
    if (const auto reconnected = m_callbacks.reconnected; alive && reconnected)
        reconnected();
}

void ShimLink::handle(shim::Message message)
{
    if (const std::uint64_t serial = serialIn(message.body); serial != 0)
        answer(serial, resultOf(std::move(message)));
    else if (const auto event = m_callbacks.event; event && message.body.contains("event"))
        event(message.body); // a copy: what it does may silence this link
}

void ShimLink::answer(std::uint64_t serial, Result<shim::Message> result)
{
    auto node = m_waiting.extract(serial);
    if (!node.empty())
        node.mapped()(std::move(result));
    else if (const auto late = m_callbacks.late; late && result)
        late(*result);
}

void ShimLink::failAll(const Error& error)
{
    for (auto& [serial, reply] : std::exchange(m_waiting, {}))
        reply(std::unexpected(error));
}

void ShimLink::handleEnd()
{
    m_end->setEnabled(false);
    readMessages();
    m_messages->setEnabled(false);
    // Only a child of ours has a status to be taken; one of an earlier helper is taken by its new parent.
    [[maybe_unused]] const auto status = os::tryWait(m_process.pidfd.borrow());
    failAll(Error::of(ErrorKind::WrongState, "the container has ended"));
    if (const auto ended = std::exchange(m_callbacks.ended, nullptr))
        ended();
}

} // namespace lamella::container
