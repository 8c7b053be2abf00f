// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QAbstractButton;

namespace lamella::widgets {

/// Makes a button checkable, and its ground tell in light and in dark whether it is: the usual style's shade hardly
/// does in dark.
void makeToggle(QAbstractButton* button);

} // namespace lamella::widgets
