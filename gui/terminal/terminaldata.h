// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace lamella::terminal {

/// The terminal library's data (key bindings) at the place where it was compiled in, or, when the program has been
/// moved, beside the program. Empty where it is in neither.
QString terminalDataDirectory();

/// A colour scheme of ours as a file for the terminal, written on first use into the user's cache.
QString colorSchemeFile(bool dark);

} // namespace lamella::terminal
