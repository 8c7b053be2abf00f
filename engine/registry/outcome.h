// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <chrono>
#include <expected>
#include <optional>

namespace lamella::registry {

/// Why one attempt failed, and whether another may help.
struct Failure {
    Failure(Error reason) // NOLINT: so that TRY() takes a Result where an Outcome is returned
        : error(std::move(reason))
    {
    }
    Failure(Error reason, bool retry, std::optional<std::chrono::seconds> wait = std::nullopt)
        : error(std::move(reason))
        , again(retry)
        , after(wait)
    {
    }

    Failure within(std::string_view what) &&
    {
        error = std::move(error).within(what);
        return std::move(*this);
    }

    Error error;
    bool again = false;
    std::optional<std::chrono::seconds> after; ///< the server's own word
};

template <class T>
using Outcome = std::expected<T, Failure>;

} // namespace lamella::registry
