// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>
#include <QStringView>

namespace lamella::widgets {

/// An icon of our own family (resources/icons/16 and 24, by file name): lines in the colour of the application's text,
/// drawn anew for each size, scale, mode and palette. An unknown name gives an icon that paints nothing.
QIcon icon(QStringView name);

/// The program's own icon.
QIcon applicationIcon();

} // namespace lamella::widgets
