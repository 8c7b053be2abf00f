// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/trash_records.h"

#include "engine/base/log.h"
#include "engine/container/records.h"
#include "engine/db/database.h"

namespace lamella::container {

Result<std::vector<Trashed>> loadTrash(db::Database& database)
{
    auto connection = database.lock();
    auto rows = TRY(connection.prepare(
        "SELECT id, owner, name, image, created, document, removed, expires, changes, bytes FROM trash"));
    std::vector<Trashed> all;
    while (TRY(rows.step())) {
        auto container = containerOf(rows);
        if (!container) {
            log::error("the container {} in the trash cannot be read: {}", rows.text(0), container.error().message);
            continue;
        }
        Trashed one{std::move(*container), std::chrono::microseconds{rows.integer(6)},
                    std::chrono::microseconds{rows.integer(7)}};
        if (!rows.isNull(8))
            one.changes = static_cast<std::uint64_t>(rows.integer(8));
        one.bytes = {static_cast<std::uint64_t>(rows.integer(9))};
        all.push_back(std::move(one));
    }
    return all;
}

Result<void> moveToTrash(db::Database& database, const Trashed& trashed)
{
    const Container& container = trashed.container;
    auto connection = database.lock();
    auto transaction = TRY(db::Transaction::begin(connection));
    TRY(connection.run("INSERT INTO trash (id, owner, name, image, created, document, removed, expires)"
                       " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                       container.id, container.owner, container.name, container.imageId, container.created.count(),
                       documentOf(container), trashed.removed.count(), trashed.expires.count()));
    TRY(deleteContainer(database, container.id));
    return transaction.commit();
}

Result<void> moveFromTrash(db::Database& database, const Container& container)
{
    auto connection = database.lock();
    auto transaction = TRY(db::Transaction::begin(connection));
    TRY(insertContainer(database, container));
    TRY(deleteTrashed(database, container.id));
    return transaction.commit();
}

Result<void> updateTrashed(db::Database& database, const std::string& id, std::uint64_t changes, Bytes bytes)
{
    return database.lock().run("UPDATE trash SET changes = ?, bytes = ? WHERE id = ?", changes, bytes.value, id);
}

Result<void> deleteTrashed(db::Database& database, const std::string& id)
{
    return database.lock().run("DELETE FROM trash WHERE id = ?", id);
}

} // namespace lamella::container
