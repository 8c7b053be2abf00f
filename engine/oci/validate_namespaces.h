// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/spec.h"

#include <string>
#include <string_view>

namespace lamella::oci {

/// Whether the namespaces, the id mappings and all that a namespace is needed for go together.
Result<void> validateNamespaces(const Spec& spec);

/// Whether each sysctl belongs to a namespace that is not the machine's (config-linux.md, "Sysctl").
Result<void> validateSysctls(const Spec& spec);

/// Where a sysctl is below /proc/sys: "net/ipv4/ip_forward" of "net.ipv4.ip_forward" and of "net/ipv4/ip_forward".
/// Whichever of '.' and '/' comes first separates; the other one stands for itself, as in sysctl.d(5):
/// "net/ipv4/conf/eth0.1/forwarding" and "net.ipv4.conf.eth0/1.forwarding" are one setting.
std::string sysctlPath(std::string_view key);

/// The namespace that a sysctl, by its path, belongs to; nothing for the machine's own.
std::optional<NamespaceType> sysctlNamespace(std::string_view path);

} // namespace lamella::oci
