// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/spec.h"

#include <cstdint>

namespace lamella::runtime {

/// capabilities(7) as masks.
struct CapabilityMasks {
    std::uint64_t bounding = 0, effective = 0, inheritable = 0, permitted = 0, ambient = 0;
};

/// The masks of these sets. What nobody knows and what this process does not hold cannot be given: it is left out, with
/// a warning in the log (as the field does it, so that a new list works on an old kernel).
CapabilityMasks capabilityMasks(const oci::Capabilities& capabilities);

} // namespace lamella::runtime
