// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/oci/spec.h"
#include "engine/runtime/cli/options.h"

namespace lamella::runtime::cli {

/// The process that an exec runs: from the file of --process, or the container's own with another command and what the
/// options change. Errors: InvalidArgument.
Result<oci::Process> processFor(const Options& options, const oci::Spec& container);

} // namespace lamella::runtime::cli
