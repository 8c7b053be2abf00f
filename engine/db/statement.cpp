// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/db/statement.h"

#include <sqlite3.h>

#include <format>
#include <utility>

namespace lamella::db {

namespace {

ErrorKind kindOf(int code)
{
    switch (code) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
        return ErrorKind::AlreadyExists;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
    case SQLITE_CONSTRAINT_TRIGGER: // what ON DELETE RESTRICT answers
        return ErrorKind::Busy;
    default:
        break;
    }
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ErrorKind::Busy;
    case SQLITE_FULL:
        return ErrorKind::NoSpace;
    default:
        return ErrorKind::Failed;
    }
}

} // namespace

Error lastError(sqlite3* database, int code, std::string_view what)
{
    const auto extended = database ? sqlite3_extended_errcode(database) : code;
    const char* words = database ? sqlite3_errmsg(database) : sqlite3_errstr(code);
    return Error::of(kindOf(extended), std::format("{}: {}", what, words));
}

Statement::Statement(sqlite3* database, sqlite3_stmt* statement)
    : m_database(database)
    , m_statement(statement)
{
}

Result<Statement> Statement::prepare(sqlite3* database, std::string_view sql)
{
    sqlite3_stmt* statement = nullptr;
    const auto code = sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement, nullptr);
    if (code != SQLITE_OK)
        return std::unexpected(lastError(database, code, std::format("cannot prepare \"{}\"", sql)));
    return Statement{database, statement};
}

Statement::Statement(Statement&& other) noexcept
    : m_database(other.m_database)
    , m_statement(std::exchange(other.m_statement, nullptr))
    , m_nextParameter(other.m_nextParameter)
    , m_bindFailure(other.m_bindFailure)
{
}

Statement& Statement::operator=(Statement&& other) noexcept
{
    std::swap(m_database, other.m_database);
    std::swap(m_statement, other.m_statement);
    std::swap(m_nextParameter, other.m_nextParameter);
    std::swap(m_bindFailure, other.m_bindFailure);
    return *this;
}

Statement::~Statement()
{
    sqlite3_finalize(m_statement);
}

void Statement::keep(int code)
{
    if (code != SQLITE_OK && m_bindFailure == SQLITE_OK)
        m_bindFailure = code;
}

void Statement::bindNext(std::int64_t value)
{
    keep(sqlite3_bind_int64(m_statement, m_nextParameter++, value));
}

void Statement::bindNext(std::string_view value)
{
    // SQLITE_TRANSIENT is a C cast; -1 as the destructor means the same: SQLite copies the text.
    const auto transient
        = reinterpret_cast<sqlite3_destructor_type>(std::intptr_t{-1}); // NOLINT(performance-no-int-to-ptr)
    const char* text = value.data() ? value.data() : "";
    keep(sqlite3_bind_text64(m_statement, m_nextParameter++, text, value.size(), transient, SQLITE_UTF8));
}

void Statement::bindNext(double value)
{
    keep(sqlite3_bind_double(m_statement, m_nextParameter++, value));
}

void Statement::bindNext(std::nullopt_t)
{
    keep(sqlite3_bind_null(m_statement, m_nextParameter++));
}

Result<bool> Statement::step()
{
    if (m_bindFailure != SQLITE_OK) {
        const auto text = std::format("cannot bind \"{}\"", sqlite3_sql(m_statement));
        return std::unexpected(lastError(nullptr, m_bindFailure, text));
    }
    switch (const auto code = sqlite3_step(m_statement)) {
    case SQLITE_ROW:
        return true;
    case SQLITE_DONE:
        return false;
    default:
        return std::unexpected(lastError(m_database, code, std::format("cannot run \"{}\"", sqlite3_sql(m_statement))));
    }
}

Result<void> Statement::run()
{
    while (TRY(step())) { }
    return {};
}

void Statement::reset()
{
    sqlite3_reset(m_statement);
    sqlite3_clear_bindings(m_statement);
    m_nextParameter = 1;
    m_bindFailure = SQLITE_OK;
}

std::int64_t Statement::integer(int column) const
{
    return sqlite3_column_int64(m_statement, column);
}

double Statement::real(int column) const
{
    return sqlite3_column_double(m_statement, column);
}

std::string Statement::text(int column) const
{
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(m_statement, column));
    return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(m_statement, column)))
                 : std::string{};
}

bool Statement::isNull(int column) const
{
    return sqlite3_column_type(m_statement, column) == SQLITE_NULL;
}

} // namespace lamella::db
