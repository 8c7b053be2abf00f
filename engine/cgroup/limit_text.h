// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/resources.h"

#include <string>

namespace lamella::cgroup {

/// A line of rdma.max, which both versions have: "mlx4_0 hca_handle=2 hca_object=2000" (cgroup-v1/rdma.rst).
std::string rdmaText(const std::string& device, const oci::RdmaLimit& limit);

/// v2's io.weight (1 to 10000) for blockIO.weight (10 to 1000), on a straight line through the ends, as
/// opencontainers/cgroups converts it.
std::uint64_t ioWeight(std::uint16_t blockIoWeight);

} // namespace lamella::cgroup
