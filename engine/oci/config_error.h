// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <string>

namespace lamella::oci {

/// A value of config.json that makes no sense: "config.json: TEXT".
inline std::unexpected<Error> badConfig(std::string text)
{
    return failure(ErrorKind::InvalidArgument, "config.json: " + std::move(text));
}

} // namespace lamella::oci
