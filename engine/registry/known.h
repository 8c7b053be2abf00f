// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/registry/servers.h"
#include "engine/registry/tokens.h"

namespace lamella::registry {

/// What the transfers of one fetcher have learned, each for all.
struct Known {
    Tokens tokens;
    Servers servers;
};

} // namespace lamella::registry
