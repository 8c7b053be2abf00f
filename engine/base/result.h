// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/error.h"

#include <cerrno>
#include <expected>
#include <string_view>
#include <utility>

namespace lamella {

/// What every function that can fail returns. No exception crosses a module boundary.
template <class T>
using Result = std::expected<T, Error>;

/// Shorthand for `return failure(kind, "message")`.
inline std::unexpected<Error> failure(ErrorKind kind, std::string message)
{
    return std::unexpected(Error::of(kind, std::move(message)));
}

/// Shorthand for returning errno's failure: `return systemFailure("cannot open …")`.
inline std::unexpected<Error> systemFailure(std::string_view what, int errnum = errno)
{
    return std::unexpected(Error::system(errnum, what));
}

} // namespace lamella

/// The value of a Result, or return its error from the function that this stands in. May stand within another TRY.
/// Within braces or arguments only before whatever owns something: GCC destroys nothing of an expression that is left
/// halfway.
#define TRY(...) LAMELLA_TRY_(LAMELLA_JOIN_(tried_, __COUNTER__), , __VA_ARGS__)

/// Like TRY, with what the caller knows put before the error's message.
#define TRY_WITHIN(what, ...) LAMELLA_TRY_(LAMELLA_JOIN_(tried_, __COUNTER__), .within(what), __VA_ARGS__)

// The name is another one each time, so that nested uses do not shadow each other.
#define LAMELLA_JOIN_(a, b) LAMELLA_JOIN_NOW_(a, b)
#define LAMELLA_JOIN_NOW_(a, b) a##b
#define LAMELLA_TRY_(tried, within, ...)                                                                               \
    __extension__({                                                                                                    \
        auto&& tried = (__VA_ARGS__);                                                                                  \
        if (!tried)                                                                                                    \
            return std::unexpected(std::move(tried).error() within);                                                   \
        std::move(tried).value();                                                                                      \
    })
