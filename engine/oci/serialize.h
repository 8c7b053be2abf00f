// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/spec.h"

#include <nlohmann/json_fwd.hpp>

/// The parts of serializeSpec().
namespace lamella::oci {

nlohmann::json toJson(const Process& process);
nlohmann::json toJson(const Hooks& hooks);

/// timeOffsets, netDevices, personality, memoryPolicy and mountLabel of "linux".
void putSurroundings(nlohmann::json& out, const Linux& linux);

} // namespace lamella::oci
