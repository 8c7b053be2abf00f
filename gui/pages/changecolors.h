// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>

#include <initializer_list>

namespace lamella::pages {

/// What a line of a difference is; colour is never the only sign of it.
enum class ChangeTone { None, Added, Removed, Changed, Absent };

struct ChangeColors {
    QColor sign;
    QColor ground; ///< of the line
    QColor part; ///< of what differs within it
};

ChangeColors changeColors(ChangeTone tone, const QPalette& palette);
/// "+", "−", "~", or nothing.
QString changeSign(ChangeTone tone);
/// The colour, moved towards the text's until it has 4.5 : 1 on each of the grounds.
QColor readableOn(std::initializer_list<QColor> grounds, QColor color, const QPalette& palette);

} // namespace lamella::pages
