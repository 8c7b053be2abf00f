// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Qt>

namespace lamella::app {

/// Light or dark instead of the desktop's own; where the platform cannot switch, with a palette of ours. Unknown:
/// nothing.
void applyColorScheme(Qt::ColorScheme scheme);

} // namespace lamella::app
