// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/log.h"

#include <memory>

namespace spdlog::sinks {
class sink;
}

namespace lamella::log {

/// What setupLines() writes with.
std::shared_ptr<spdlog::sinks::sink> makeLineSink(UniqueFd file, Format format);

} // namespace lamella::log
