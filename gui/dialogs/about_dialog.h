// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QWidget;

namespace lamella::client {
struct ManagerData;
}

namespace lamella::dialogs {

/// What this is, the versions of window and helper, and the licence. Returns at once.
void showAbout(QWidget* parent, const client::ManagerData& manager);

} // namespace lamella::dialogs
