// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/cgroup/bus_message.h"

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace lamella::cgroup {

/// Of the types b, i, u, x, t, d, s and as.
using UnitValue = std::variant<bool, std::int32_t, std::uint32_t, std::int64_t, std::uint64_t, double, std::string,
                               std::vector<std::string>>;

/// A property that a container's scope gets (systemd.scope(5), systemd.resource-control(5)).
struct UnitProperty {
    std::string name;
    UnitValue value;
};

/// What the annotations "org.systemd.property.NAME: VALUE" ask for. As runc takes them a value is GVariant text
/// ("true",
/// "'text'", "uint64 5", "['a', 'b']"), and NAMESec, in seconds, is NAMEUSec, in microseconds. Errors: InvalidArgument
/// for a name that is none, a value that cannot be read, or a property that makes the scope what it is.
Result<std::vector<UnitProperty>> unitPropertiesOf(const std::map<std::string, std::string>& annotations);

/// Writes it as an element of "a(sv)".
void putProperty(BusWriter& out, const UnitProperty& property);

} // namespace lamella::cgroup
