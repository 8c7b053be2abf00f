// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "helper/dbus/caller.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusUnixFileDescriptor>
#include <QVariantList>

#include <functional>
#include <memory>

namespace lamella::helper {

/// One method call that waits for its answer. Copies are the same call: it is answered by the first reply() or fail(),
/// and when the last copy goes without either, the caller gets the error Failed. So no reply can be forgotten. Main
/// thread only.
class Call {
public:
    /// `released` is called when the last copy has gone.
    Call(QDBusConnection connection, QDBusMessage message, Caller caller, std::function<void()> released = {});

    const Caller& caller() const;
    const QDBusMessage& message() const;

    /// Answers with the method's out arguments. What is already answered stays as it is.
    void reply(const QVariantList& arguments = {}) const;
    void fail(const Error& error) const;
    void fail(ErrorKind kind, std::string message) const;
    /// Answers with one of D-Bus's own errors (an unknown method and the like).
    void failWith(const QString& name, const QString& message) const;
    /// Answers a method without out arguments.
    void finish(const Result<void>& result) const;

private:
    struct State;
    std::shared_ptr<State> m_state;
};

/// Hands a descriptor over to a message.
QDBusUnixFileDescriptor toDbus(UniqueFd descriptor);

} // namespace lamella::helper
