// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace lamella {

/// What went wrong, in the words that a program may act on. Each kind is one D-Bus error name
/// (`org.lamella.Lamella1.Error.<kind>`); the message is for people and never drives logic.
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
};

/// The kind's name as it stands in a D-Bus error name, for example "NotFound".
std::string_view errorKindName(ErrorKind kind);

/// The reverse of errorKindName(); Failed for a name that is none.
ErrorKind errorKindFromName(std::string_view name);

/// A failure: its kind, errno where a system call failed (0 otherwise) and a sentence that says what was being done to
/// what.
struct Error {
    ErrorKind kind = ErrorKind::Failed;
    int errnum = 0;
    std::string message;

    /// A failure that no system call reported.
    static Error of(ErrorKind kind, std::string message);

    /// A system call that failed: `what` says what was being done ("cannot mount proc on /proc"); the kind follows from
    /// `errnum` (ENOENT is NotFound, ENOSPC and EDQUOT NoSpace, …) and strerror's words are added to the message.
    static Error system(int errnum, std::string_view what);

    /// The same failure with what the caller knows put before it: "what: message".
    Error within(std::string_view what) &&;
};

} // namespace lamella
