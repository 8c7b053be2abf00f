// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/spec.h"

#include <nlohmann/json.hpp>

/// The parts of serializeSpec(): each is a value of config.json.
namespace lamella::oci {

nlohmann::json toJson(const LinuxResources& resources);

} // namespace lamella::oci
