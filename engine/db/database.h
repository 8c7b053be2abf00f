// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/db/statement.h"

#include <filesystem>
#include <memory>
#include <mutex>

struct sqlite3;

/// SQLite as we use it: results instead of codes, and no way to reach the connection without holding its lock.
namespace lamella::db {

/// The right to use the database: while it lives no other thread does. Keep it for as short as a transaction takes.
/// Statements and transactions must not outlive it. Move-only.
class Connection {
public:
    /// Prepares one statement and binds `values` to its parameters in order. Errors: Failed (the statement is wrong).
    template <class... Values>
    Result<Statement> prepare(std::string_view sql, const Values&... values)
    {
        auto statement = Statement::prepare(m_database, sql);
        if (statement)
            (statement->bindNext(values), ...);
        return statement;
    }

    /// Runs one statement to its end. Errors: AlreadyExists (a key that exists), Busy (another row still refers to it,
    /// or another process holds the database), NoSpace, Failed.
    template <class... Values>
    Result<void> run(std::string_view sql, const Values&... values)
    {
        auto statement = prepare(sql, values...);
        if (!statement)
            return std::unexpected(std::move(statement).error());
        return statement->run();
    }

    /// Like run(), outside of a transaction, without waiting for the disk: what it changes survives a loss of power only
    /// with the next change that waits.
    template <class... Values>
    Result<void> runUnsynced(std::string_view sql, const Values&... values)
    {
        if (auto relaxed = run("PRAGMA synchronous=NORMAL"); !relaxed)
            return relaxed;
        auto done = run(sql, values...);
        if (auto restored = run("PRAGMA synchronous=FULL"); !restored)
            return restored;
        return done;
    }

    /// How many rows the last run() changed.
    std::int64_t changes() const;

private:
    friend class Database;
    friend class Transaction;
    Connection(sqlite3* database, std::unique_lock<std::recursive_mutex> lock);

    sqlite3* m_database;
    std::unique_lock<std::recursive_mutex> m_lock;
};

/// Changes that happen together: rolled back unless commit() was called. Transactions do not nest.
class Transaction {
public:
    /// Takes the write lock at once (BEGIN IMMEDIATE), so that nothing fails half way for want of it.
    static Result<Transaction> begin(Connection& connection);
    Transaction(Transaction&& other) noexcept;
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;
    ~Transaction();

    /// When this returns the changes survive a loss of power (synchronous=FULL).
    Result<void> commit();

private:
    explicit Transaction(Connection& connection);
    Connection* m_connection;
};

/// lamella.db. One connection behind a mutex: the helper's statements take microseconds, SQLite lets only one write at
/// a time anyway, and with one connection everybody reads what was written last.
class Database {
public:
    /// Opens or creates the file (mode 0600) and brings its schema up to date.
    /// Errors: Unsupported (a newer Lamella wrote it), NoSpace, Failed.
    static Result<std::unique_ptr<Database>> open(const std::filesystem::path& file);
    ~Database();
    Database(const Database&) = delete;
    Database& operator=(const Database&) = delete;

    /// Waits for the database; from any thread. The same thread may lock again.
    Connection lock();

private:
    explicit Database(sqlite3* database);
    sqlite3* m_database;
    std::recursive_mutex m_mutex;
};

} // namespace lamella::db
