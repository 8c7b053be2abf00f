// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/json_node.h"
#include "engine/oci/spec.h"

/// The parts of parseSpec(): they read types and ranges; validate() looks at what the values mean.
namespace lamella::oci {

Result<Process> parseProcessNode(const Node& node);
Result<Linux> parseLinuxNode(const Node& node);
Result<LinuxResources> parseResourcesNode(const Node& node);
Result<Seccomp> parseSeccompNode(const Node& node);
/// timeOffsets, netDevices, personality and memoryPolicy of "linux".
Result<void> parseSurroundings(const Node& node, Linux& into);
Result<Hooks> parseHooksNode(const Node& node);
Result<std::vector<Mount>> parseMountsNode(const Node& node);
/// Of "linux" what concerns the root file system: devices, maskedPaths, readonlyPaths, rootfsPropagation.
Result<void> parseRootParts(const Node& node, Linux& into);
Result<void> parseIdMappings(const Node& node, std::vector<IdMapping>& into);

} // namespace lamella::oci
