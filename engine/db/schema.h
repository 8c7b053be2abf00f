// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

namespace lamella::db {

class Connection;

/// Brings an opened database to the schema of this program, one numbered migration after the other (PRAGMA
/// user_version), each in a transaction of its own. Errors: Unsupported (a newer program wrote it), Failed.
Result<void> migrate(Connection& connection);

} // namespace lamella::db
