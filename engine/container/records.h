// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/container/container_manager.h"

#include <string>
#include <vector>

namespace lamella::db {
class Database;
class Statement;
} // namespace lamella::db

/// Containers as rows of the table `containers` (engine/db/schema.cpp). Any thread.
namespace lamella::container {

/// The rest of a container, which no query asks for, as JSON. A running container's PIDs are not in it: they are found
/// again by its shim.
std::string documentOf(const Container& container);

/// The container of a row that has the columns id, owner, name, image, created and document, in this order.
Result<Container> containerOf(const db::Statement& row);

/// All rows; one that is damaged is left out, with a line in the log.
Result<std::vector<Container>> loadContainers(db::Database& database);

/// Errors: AlreadyExists (the name), NotFound (the image has gone meanwhile).
Result<void> insertContainer(db::Database& database, const Container& container);
Result<void> updateDocument(db::Database& database, const std::string& id, const std::string& document);
Result<void> renameContainer(db::Database& database, const std::string& id, const std::string& name);
Result<void> deleteContainer(db::Database& database, const std::string& id);

} // namespace lamella::container
