// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace lamella::models {

/// What kind of program a file of this machine is, by its name or by what it holds: a person's word for something that
/// the desktop's program for it runs or installs, also where nobody may execute the file ("desktop configuration file",
/// "Windows Installer package"). Empty: it is something to look at. Reads the beginning of the file; any thread.
QString runnableKind(const QString& path);

} // namespace lamella::models
