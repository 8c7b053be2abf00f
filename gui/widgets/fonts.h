// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>

/// The four text sizes of the window and its two special faces, all derived from the desktop's font.
namespace lamella::widgets {

inline constexpr int kGrid = 4;
inline constexpr int kSpacing = 8;
inline constexpr int kGroupSpacing = 16;
inline constexpr int kPageMargin = 24;
inline constexpr int kListRowHeight = 48;
inline constexpr int kTableRowHeight = 28;

QFont titleFont(QFont base);
QFont sectionFont(QFont base);
QFont smallFont(const QFont& base);
/// The desktop's fixed font in the size of `base`.
QFont monospaceFont(const QFont& base);
/// `base` with digits of one width, for columns of figures.
QFont tabularFont(QFont base);

} // namespace lamella::widgets
