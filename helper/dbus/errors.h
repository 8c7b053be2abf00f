// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/error.h"

#include <QString>

namespace lamella::helper {

/// The D-Bus error name of a kind: "org.lamella.Lamella1.Error.NotFound".
QString errorName(ErrorKind kind);

/// An error as a QString's message, for objects that show it as properties.
QString errorMessage(const Error& error);

} // namespace lamella::helper
