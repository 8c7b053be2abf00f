// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLatin1StringView>
#include <QString>

#include <string>

/// Where objects are in the D-Bus tree, and their interfaces' names.
namespace lamella::helper {

QString interfaceNamed(QLatin1StringView name);
QString managerPath();
QString containerPath(const std::string& id);
QString trashPath(const std::string& id);
/// `id`: "sha256:<hex>".
QString imagePath(const std::string& id);
QString jobPath(quint64 number);
QString sessionPath(quint64 number);

} // namespace lamella::helper
