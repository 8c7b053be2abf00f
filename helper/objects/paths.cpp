// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/paths.h"

#include "resources/dbus/api.h"

using namespace Qt::StringLiterals;

namespace lamella::helper {

QString interfaceNamed(QLatin1StringView name)
{
    return QLatin1StringView(dbus::kBusName) + u'.' + name;
}

QString managerPath()
{
    return QLatin1StringView(dbus::kRootPath);
}

QString containerPath(const std::string& id)
{
    return managerPath() + "/Containers/"_L1 + QString::fromStdString(id);
}

QString trashPath(const std::string& id)
{
    return managerPath() + "/Trash/"_L1 + QString::fromStdString(id);
}

QString imagePath(const std::string& id)
{
    return managerPath() + "/Images/"_L1 + QString::fromStdString(id).replace(u':', u'_');
}

QString jobPath(quint64 number)
{
    return managerPath() + "/Jobs/"_L1 + QString::number(number);
}

QString sessionPath(quint64 number)
{
    return managerPath() + "/Sessions/"_L1 + QString::number(number);
}

} // namespace lamella::helper
