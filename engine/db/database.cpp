// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/db/database.h"

#include "engine/base/unique_fd.h"
#include "engine/db/schema.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <format>
#include <utility>

namespace lamella::db {

namespace {

// Another process (a person with the sqlite3 shell, an older helper that is going away) may hold the file for a moment.
constexpr int kBusyTimeoutMs = 5000;

// The file gets its mode at birth; SQLite gives the -wal and -shm beside it the same one.
Result<void> makeFile(const std::filesystem::path& file)
{
    UniqueFd fd{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!fd)
        return systemFailure(std::format("cannot open the database {}", file.string()));
    return {};
}

} // namespace

Connection::Connection(sqlite3* database, std::unique_lock<std::recursive_mutex> lock)
    : m_database(database)
    , m_lock(std::move(lock))
{
}

std::int64_t Connection::changes() const
{
    return sqlite3_changes64(m_database);
}

Transaction::Transaction(Connection& connection)
    : m_connection(&connection)
{
}

Transaction::Transaction(Transaction&& other) noexcept
    : m_connection(std::exchange(other.m_connection, nullptr))
{
}

Result<Transaction> Transaction::begin(Connection& connection)
{
    TRY(connection.run("PRAGMA synchronous=FULL")); // whatever became of Connection::runUnsynced()
    TRY(connection.run("BEGIN IMMEDIATE"));
    return Transaction{connection};
}

Transaction::~Transaction()
{
    // SQLite itself rolls back after some failures (a full disk); then there is nothing left to roll back.
    if (m_connection && !sqlite3_get_autocommit(m_connection->m_database))
        std::ignore = m_connection->run("ROLLBACK");
}

Result<void> Transaction::commit()
{
    TRY(m_connection->run("COMMIT"));
    m_connection = nullptr;
    return {};
}

Database::Database(sqlite3* database)
    : m_database(database)
{
}

Database::~Database()
{
    sqlite3_close(m_database);
}

Connection Database::lock()
{
    return {m_database, std::unique_lock{m_mutex}};
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& file)
{
    TRY(makeFile(file));
    sqlite3* handle = nullptr;
    const auto flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE; // the mutex is ours
    const auto code = sqlite3_open_v2(file.c_str(), &handle, flags, nullptr);
    std::unique_ptr<Database> database{new Database(handle)};
    const auto what = std::format("cannot open the database {}", file.string());
    if (code != SQLITE_OK)
        return std::unexpected(lastError(handle, code, what));
    sqlite3_busy_timeout(handle, kBusyTimeoutMs);
    auto connection = database->lock();
    // FULL: with WAL, NORMAL could lose the last transactions at a power cut, and their files would be swept as
    // orphans.
    for (const auto* pragma : {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", "PRAGMA foreign_keys=ON"})
        TRY_WITHIN(what, connection.run(pragma));
    TRY_WITHIN(what, migrate(connection));
    return database;
}

} // namespace lamella::db
