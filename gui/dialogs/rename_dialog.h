// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

class QLineEdit;
class QWidget;

namespace lamella::client {
class ContainerClient;
}

namespace lamella::dialogs {

/// Asks for another name and gives it; what the helper refuses is said in the dialog. Returns at once.
void showRename(QWidget* parent, client::ContainerClient* container);

/// What is wrong with a container's name, a sentence; empty where all is well (an empty name is).
QString nameProblem(const QString& name);

} // namespace lamella::dialogs
