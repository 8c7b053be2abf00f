// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>

/// The few colours that mean something, in a light and a dark shade. Each has a contrast of at least 4.5 : 1 on the
/// window's and the lists' ground of the usual palettes (the gui tests measure it).
namespace lamella::widgets {

enum class Meaning { Good, Attention, Bad, Note };

bool isDark(const QPalette& palette);
QColor meaningColor(Meaning meaning, const QPalette& palette);
/// Text of second rank: placeholder-like, but always readable.
QColor secondaryText(const QPalette& palette);
/// Hairlines, grids and frames.
QColor hairline(const QPalette& palette);
/// The desktop's accent, moved towards the text colour until it can be seen on the ground.
QColor accent(const QPalette& palette);
QColor mixed(const QColor& one, const QColor& other, double partOfOther);
/// The colour of a selection or a primary button, darkened (or, under dark text, lightened) until that text has 4.5
/// : 1.
QColor groundFor(const QColor& text, const QColor& wanted);
/// Contrast of two opaque colours as WCAG 2 defines it, 1 to 21.
double contrast(const QColor& one, const QColor& other);

} // namespace lamella::widgets
