// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <expected>

namespace lamella::client {

/// Why a call failed. Up to Failed they are the helper's (resources/dbus/org.lamella.Lamella1.xml, "Rules"); the rest
/// arise on the way to it.
enum class ErrorKind {
    NotFound,
    AlreadyExists,
    InvalidArgument,
    Busy,
    WrongState,
    NotAuthorized,
    Cancelled,
    NoSpace,
    LimitExceeded,
    Unsupported,
    Network,
    RegistryDenied,
    DigestMismatch,
    Failed,
    HelperGone, ///< nobody answers to the helper's bus name
    TimedOut, ///< it was asked and did not answer in time
    Malformed, ///< it answered something that cannot be understood
};

/// A failure as the window shows it. Decide by `kind`; `sentence` is for people only.
struct ClientError {
    ErrorKind kind = ErrorKind::Failed;
    QString sentence;
};

template <class T>
using Outcome = std::expected<T, ClientError>;

/// The error that a D-Bus error name and message stand for.
ClientError errorFromWire(const QString& name, const QString& message);

} // namespace lamella::client
