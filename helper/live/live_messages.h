// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/layer/live_change.h"

#include <string>
#include <vector>

namespace lamella::helper {

/// The messages of resources/dbus/live_changes.h that say this; a rescan stands in the first.
std::vector<std::string> liveMessages(const layer::LiveChanges& changes);

} // namespace lamella::helper
