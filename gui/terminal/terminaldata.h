// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace lamella::terminal {

/// What to give to QTermWidget::setKeyBindings: the name of its default ones where it finds its data at the compiled-in
/// place, otherwise (the program has been moved: AppImage, Flatpak) their path beside the program. Empty where they are
/// nowhere.
QString keyBindings();

/// A colour scheme of ours as a file for the terminal, written on first use into the user's cache.
QString colorSchemeFile(bool dark);

} // namespace lamella::terminal
