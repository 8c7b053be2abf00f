// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <Qt>

namespace lamella::app {

/// Light or dark instead of the desktop's own; where the platform cannot switch, with a palette of ours. Unknown:
/// nothing.
void applyColorScheme(Qt::ColorScheme scheme);
/// Some desktops' selections are paler than their text can bear, and their text of second rank is paler than their
/// windows can: gives both a contrast of 4.5 : 1. To be called again when the colour scheme has changed.
void makePaletteReadable();

} // namespace lamella::app
