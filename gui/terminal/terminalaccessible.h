// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace lamella::terminal {

/// Makes the screens of terminals readable to assistive tools (as accessible objects of role Terminal with their text).
/// To be called once, before the first terminal is shown; further calls do nothing.
void installTerminalAccessibility();

} // namespace lamella::terminal
