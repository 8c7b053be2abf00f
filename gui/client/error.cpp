// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/error.h"

#include "resources/dbus/api.h"

#include <QCoreApplication>

#include <array>

namespace lamella::client {

namespace {

constexpr std::array<std::pair<const char*, ErrorKind>, 14> kKinds{{
    {"NotFound", ErrorKind::NotFound},
    {"AlreadyExists", ErrorKind::AlreadyExists},
    {"InvalidArgument", ErrorKind::InvalidArgument},
    {"Busy", ErrorKind::Busy},
    {"WrongState", ErrorKind::WrongState},
    {"NotAuthorized", ErrorKind::NotAuthorized},
    {"Cancelled", ErrorKind::Cancelled},
    {"NoSpace", ErrorKind::NoSpace},
    {"LimitExceeded", ErrorKind::LimitExceeded},
    {"Unsupported", ErrorKind::Unsupported},
    {"Network", ErrorKind::Network},
    {"RegistryDenied", ErrorKind::RegistryDenied},
    {"DigestMismatch", ErrorKind::DigestMismatch},
    {"Failed", ErrorKind::Failed},
}};

struct BusError {
    const char* name;
    ErrorKind kind;
    const char* sentence; ///< nullptr: the message that came
};

// The bus's own errors (D-Bus specification, "Standard error names"), in words.
constexpr std::array<BusError, 8> kBusErrors{{
    {"org.freedesktop.DBus.Error.ServiceUnknown", ErrorKind::HelperGone,
     QT_TRANSLATE_NOOP("ClientError", "The helper is not running.")},
    {"org.freedesktop.DBus.Error.NameHasNoOwner", ErrorKind::HelperGone,
     QT_TRANSLATE_NOOP("ClientError", "The helper is not running.")},
    {"org.freedesktop.DBus.Error.Disconnected", ErrorKind::HelperGone,
     QT_TRANSLATE_NOOP("ClientError", "The connection to the system bus is lost.")},
    {"org.freedesktop.DBus.Error.NoReply", ErrorKind::TimedOut,
     QT_TRANSLATE_NOOP("ClientError", "The helper did not answer.")},
    {"org.freedesktop.DBus.Error.Timeout", ErrorKind::TimedOut,
     QT_TRANSLATE_NOOP("ClientError", "The helper did not answer in time.")},
    {"org.freedesktop.DBus.Error.AccessDenied", ErrorKind::NotAuthorized,
     QT_TRANSLATE_NOOP("ClientError", "The system bus does not let you talk to the helper.")},
    {"org.freedesktop.DBus.Error.UnknownObject", ErrorKind::NotFound,
     QT_TRANSLATE_NOOP("ClientError", "It is not there any more.")},
    {"org.freedesktop.DBus.Error.InvalidSignature", ErrorKind::Malformed,
     QT_TRANSLATE_NOOP("ClientError", "The helper's answer cannot be understood: it is of another version.")},
}};

} // namespace

ClientError errorFromWire(const QString& name, const QString& message)
{
    const QLatin1StringView prefix(dbus::kErrorPrefix);
    if (name.startsWith(prefix)) {
        const QStringView kind = QStringView(name).mid(prefix.size());
        for (const auto& [word, value] : kKinds) {
            if (kind == QLatin1StringView(word))
                return {value, message};
        }
    }
    for (const BusError& known : kBusErrors) {
        if (name == QLatin1StringView(known.name))
            return {known.kind, QCoreApplication::translate("ClientError", known.sentence)};
    }
    return {ErrorKind::Failed, message.isEmpty() ? name : message};
}

} // namespace lamella::client
