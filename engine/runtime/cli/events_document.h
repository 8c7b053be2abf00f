// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/cgroup/statistics.h"

#include <string>

/// The lines of `events`, in the form in which runc writes them: one JSON document each, without the end of the line.
/// Times are nanoseconds, sizes bytes.
namespace lamella::runtime::cli {

/// {"type":"stats","id":…,"data":{…}}
std::string statsEvent(const std::string& id, const cgroup::Statistics& statistics);

/// {"type":"oom","id":…}
std::string oomEvent(const std::string& id);

} // namespace lamella::runtime::cli
