// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QStringList>

/// What is lost with a container, in sentences for the question before it.
namespace lamella::dialogs {

/// `changes`: nullptr where they are not known (yet).
QStringList lossOf(const client::ChangeSummary* changes);

} // namespace lamella::dialogs
