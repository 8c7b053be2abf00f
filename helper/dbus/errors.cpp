// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/dbus/errors.h"

#include "resources/dbus/api.h"

namespace lamella::helper {

QString errorName(ErrorKind kind)
{
    const std::string_view name = errorKindName(kind);
    return QLatin1StringView(dbus::kErrorPrefix) + QLatin1StringView(name.data(), qsizetype(name.size()));
}

QString errorMessage(const Error& error)
{
    return QString::fromStdString(error.message);
}

} // namespace lamella::helper
