// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/dbus/options.h"

#include <QDBusArgument>
#include <QDBusMetaType>

#include <algorithm>

namespace lamella::helper {

namespace {

/// QtDBus leaves an array of arrays as it came.
bool isOf(QMetaType type, const QVariant& value)
{
    return value.metaType() == type
        || (value.metaType() == QMetaType::fromType<QDBusArgument>()
            && value.value<QDBusArgument>().currentSignature()
                == QLatin1StringView(QDBusMetaType::typeToSignature(type)));
}

} // namespace

Result<void> checkOptions(const QList<Option>& known, const QVariantMap& given)
{
    for (auto it = given.cbegin(); it != given.cend(); ++it) {
        const auto option = std::ranges::find(known, it.key(), &Option::name);
        // A long name is a caller's joke: it is not repeated whole.
        const std::string name = it.key().left(64).toStdString();
        if (option == known.end())
            return failure(ErrorKind::InvalidArgument, std::format("there is no option '{}'", name));
        if (!isOf(option->type, *it))
            return failure(ErrorKind::InvalidArgument,
                           std::format("the option '{}' must have the type '{}'", name,
                                       QDBusMetaType::typeToSignature(option->type)));
    }
    return {};
}

} // namespace lamella::helper
