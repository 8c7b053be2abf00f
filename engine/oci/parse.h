// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/json_node.h"
#include "engine/oci/spec.h"

/// The parts of parseSpec(): they read types and ranges; validate() looks at what the values mean.
namespace lamella::oci {

Result<Process> parseProcessNode(const Node& node);
Result<Linux> parseLinuxNode(const Node& node);
Result<Seccomp> parseSeccompNode(const Node& node);
/// timeOffsets, netDevices, personality and memoryPolicy of "linux".
Result<void> parseSurroundings(const Node& node, Linux& into);
Result<Hooks> parseHooksNode(const Node& node);

} // namespace lamella::oci
