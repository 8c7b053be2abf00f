// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/dbus/call.h"

#include "engine/base/log.h"
#include "helper/dbus/errors.h"

using namespace Qt::StringLiterals;

namespace lamella::helper {

struct Call::State {
    QDBusConnection connection;
    QDBusMessage message;
    Caller caller;
    std::function<void()> released;
    bool answered = false;

    void send(const QDBusMessage& answer)
    {
        if (answered)
            return;
        answered = true;
        if (message.isReplyRequired() && !connection.send(answer))
            log::warning("cannot answer {} of {}", message.member().toStdString(), caller.busName.toStdString());
    }

    ~State()
    {
        send(message.createErrorReply(errorName(ErrorKind::Failed),
                                      u"%1 ended without an answer"_s.arg(message.member())));
        if (released)
            released();
    }
};

Call::Call(QDBusConnection connection, QDBusMessage message, Caller caller, std::function<void()> released)
    : m_state(
          std::make_shared<State>(std::move(connection), std::move(message), std::move(caller), std::move(released)))
{
}

const Caller& Call::caller() const
{
    return m_state->caller;
}

const QDBusMessage& Call::message() const
{
    return m_state->message;
}

void Call::reply(const QVariantList& arguments) const
{
    m_state->send(m_state->message.createReply(arguments));
}

void Call::fail(const Error& error) const
{
    failWith(errorName(error.kind), errorMessage(error));
}

void Call::fail(ErrorKind kind, std::string message) const
{
    fail(Error::of(kind, std::move(message)));
}

void Call::failWith(const QString& name, const QString& message) const
{
    log::debug("{} of {}: {}", m_state->message.member().toStdString(), m_state->caller.busName.toStdString(),
               message.toStdString());
    m_state->send(m_state->message.createErrorReply(name, message));
}

void Call::finish(const Result<void>& result) const
{
    if (result)
        reply();
    else
        fail(result.error());
}

QDBusUnixFileDescriptor toDbus(UniqueFd descriptor)
{
    QDBusUnixFileDescriptor result;
    result.giveFileDescriptor(descriptor.release());
    return result;
}

} // namespace lamella::helper
