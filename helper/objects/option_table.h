// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/dbus/options.h"

namespace lamella::helper {

/// The options of every method, as the comments of org.lamella.Lamella1.xml list them.
OptionTable optionTable();

} // namespace lamella::helper
