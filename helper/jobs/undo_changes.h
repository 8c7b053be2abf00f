// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/undo.h"
#include "helper/jobs/work.h"

namespace lamella::helper {

/// The work of Container.UndoChanges.
Work::Function undoChanges(container::UndoTarget target, std::vector<std::string> paths);

} // namespace lamella::helper
