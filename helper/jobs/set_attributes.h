// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/set_attributes.h"
#include "helper/jobs/work.h"

namespace lamella::helper {

/// The work of Container.SetAttributesBelow.
Work::Function setAttributesBelow(container::TreeTarget target, std::vector<std::string> paths,
                                  const container::FileAttributes& attributes);

} // namespace lamella::helper
