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

/// The value of a Result, or return its error from the function that this stands in.
#define TRY(...)                                                                                                       \
    __extension__({                                                                                                    \
        auto&& tried_ = (__VA_ARGS__);                                                                                 \
        if (!tried_)                                                                                                   \
            return std::unexpected(std::move(tried_).error());                                                         \
        std::move(tried_).value();                                                                                     \
    })

/// Like TRY, with what the caller knows put before the error's message.
#define TRY_WITHIN(what, ...)                                                                                          \
    __extension__({                                                                                                    \
        auto&& tried_ = (__VA_ARGS__);                                                                                 \
        if (!tried_)                                                                                                   \
            return std::unexpected(std::move(tried_).error().within(what));                                            \
        std::move(tried_).value();                                                                                     \
    })
