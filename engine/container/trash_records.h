// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/container_manager.h"

namespace lamella::db {
class Database;
}

/// Removed containers as rows of the table `trash` (engine/db/schema.cpp). Any thread.
namespace lamella::container {

/// A container in the trash.
struct Trashed {
    Container container;
    std::chrono::microseconds removed{}; ///< since 1970, like all times
    std::chrono::microseconds expires{}; ///< when it goes for good
    std::optional<std::uint64_t> changes = {}; ///< paths that it has changed; none until they are counted
    Bytes bytes = {}; ///< of its writable layer, as far as they are counted
    bool busy = false; ///< it is being cleaned up and counted: neither brought back nor deleted
};

/// All rows; one that is damaged is left out, with a line in the log.
Result<std::vector<Trashed>> loadTrash(db::Database& database);

/// Makes the container's row one of the trash, at once: it is always in one of the two tables. Errors: system errors of
/// the database.
Result<void> moveToTrash(db::Database& database, const Trashed& trashed);
/// The way back, with the name and the document of `container`. Errors: AlreadyExists (the name).
Result<void> moveFromTrash(db::Database& database, const Container& container);

Result<void> updateTrashed(db::Database& database, const std::string& id, std::uint64_t changes, Bytes bytes);
Result<void> deleteTrashed(db::Database& database, const std::string& id);

} // namespace lamella::container
