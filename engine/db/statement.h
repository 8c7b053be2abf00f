// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace lamella::db {

/// What SQLite said last, as an Error: `what` says what was being done.
Error lastError(sqlite3* database, int code, std::string_view what);

/// One prepared statement. Columns and parameters have the types of SQLite: integer, real, text, NULL. Move-only.
class Statement {
public:
    static Result<Statement> prepare(sqlite3* database, std::string_view sql);
    Statement(Statement&& other) noexcept;
    Statement& operator=(Statement&& other) noexcept;
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    ~Statement();

    /// Binds the next parameter. A failure is kept and returned by step().
    void bindNext(std::int64_t value);
    void bindNext(std::string_view value);
    void bindNext(const std::string& value) { bindNext(std::string_view{value}); }
    void bindNext(const char* value) { bindNext(std::string_view{value}); }
    void bindNext(double value);
    void bindNext(std::nullopt_t);
    template <std::integral T>
    void bindNext(T value)
    {
        bindNext(static_cast<std::int64_t>(value));
    }
    template <class T>
    void bindNext(const std::optional<T>& value)
    {
        if (value)
            bindNext(*value);
        else
            bindNext(std::nullopt);
    }

    /// Goes to the next row; false when there is none left. Errors: as Connection::run().
    Result<bool> step();

    /// Steps to the end.
    Result<void> run();

    /// Makes it ready to be bound and run again.
    void reset();

    /// Columns of the current row, from 0. NULL reads as 0, 0.0 and "".
    std::int64_t integer(int column) const;
    double real(int column) const;
    std::string text(int column) const;
    bool isNull(int column) const;

private:
    Statement(sqlite3* database, sqlite3_stmt* statement);
    void keep(int code);

    sqlite3* m_database;
    sqlite3_stmt* m_statement;
    int m_nextParameter = 1;
    int m_bindFailure = 0;
};

} // namespace lamella::db
