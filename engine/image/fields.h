// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <format>
#include <string>
#include <string_view>
#include <vector>

namespace lamella::image {

/// Reads the members of a JSON object by type, with a limit on each. A member that is missing or null is its type's
/// empty value; one of the wrong type is an error that names it.
class Fields {
public:
    static Result<Fields> of(const nlohmann::json& value, std::string_view what);

    bool has(std::string_view key) const { return m_object->contains(key); }
    Result<std::string> text(std::string_view key, std::size_t limit) const;
    Result<std::uint64_t> number(std::string_view key, std::uint64_t limit) const;
    Result<bool> flag(std::string_view key) const;
    Result<std::vector<std::string>> texts(std::string_view key, std::size_t count, std::size_t limit) const;

    /// Like texts(), with a limit on all of them together.
    Result<std::vector<std::string>> textsTogether(std::string_view key, std::size_t count, std::size_t limit) const;

    /// An object member; an empty one where it is missing.
    Result<Fields> object(std::string_view key) const;

    /// Calls `use` with each element of an array member, which must be objects.
    template <class Use>
    Result<void> each(std::string_view key, std::size_t count, Use use) const
    {
        const auto* list = TRY(array(key, count));
        if (!list)
            return {};
        for (const auto& element : *list)
            TRY(use(TRY(Fields::of(element, std::format("{}: {}", m_what, key)))));
        return {};
    }

private:
    Fields(const nlohmann::json* object, std::string what);
    Result<const nlohmann::json*> array(std::string_view key, std::size_t count) const;
    const nlohmann::json* member(std::string_view key) const;
    std::unexpected<Error> wrong(std::string_view key, std::string_view expected) const;
    std::unexpected<Error> tooLong(std::string_view key) const;

    const nlohmann::json* m_object;
    std::string m_what;
};

} // namespace lamella::image
