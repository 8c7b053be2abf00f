// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/container_tree.h"
#include "helper/jobs/work.h"

namespace lamella::helper {

/// The work of Container.RemoveFiles.
Work::Function removeFiles(container::TreeTarget target, std::vector<std::string> paths);

} // namespace lamella::helper
