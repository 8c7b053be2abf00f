// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/compose.h"
#include "engine/base/result.h"

#include <nlohmann/json.hpp>

#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

/// Reading of JSON values strictly and without exceptions, with the JSON path of what is wrong in each error.
namespace lamella::oci {

/// A value in a document with its path ("process.user.uid").
class Node {
public:
    Node(const nlohmann::json* value, std::string path)
        : m_value(value)
        , m_path(std::move(path))
    {
    }

    /// True where there is a value that is not null.
    bool present() const { return m_value != nullptr && !m_value->is_null(); }
    /// True where there is something in it: not absent, null, "", 0, false, {} or [].
    bool filled() const;
    const nlohmann::json& value() const { return *m_value; }
    const std::string& path() const { return m_path; }

    /// The member `key`; not present where this is no object or has none.
    Node operator[](const std::string& key) const;
    /// The elements of an array; nothing where it is absent.
    Result<std::vector<Node>> elements(std::size_t limit = 4096) const;
    /// The members of an object; nothing where it is absent.
    Result<std::vector<std::pair<std::string, Node>>> members() const;
    /// Absent, or an array of at most `limit` elements.
    Result<void> mustBeArray(std::size_t limit) const;
    /// Absent, or an object.
    Result<void> mustBeObject() const;

    std::unexpected<Error> wrong(std::string_view what, ErrorKind kind = ErrorKind::InvalidArgument) const;

private:
    const nlohmann::json* m_value;
    std::string m_path;
};

/// Reads what is there into `out` and leaves `out` alone where nothing is. A string with a NUL is refused: what follows
/// the NUL would silently be lost in a system call.
Result<void> read(const Node& node, std::string& out);
Result<void> read(const Node& node, bool& out);
Result<void> read(const Node& node, std::vector<std::string>& out);
Result<void> read(const Node& node, std::map<std::string, std::string>& out);

/// Integers of the range of `T`, and written as integers: 1.0 and 1e3 are refused.
template <class T>
    requires std::is_integral_v<T>
Result<void> read(const Node& node, T& out)
{
    if (!node.present())
        return {};
    const nlohmann::json& value = node.value();
    if (value.is_number_unsigned()) {
        const auto number = value.get<std::uint64_t>();
        if (number > static_cast<std::uint64_t>(std::numeric_limits<T>::max()))
            return node.wrong(compose("{} is too large", number));
        out = static_cast<T>(number);
        return {};
    }
    if (!value.is_number_integer())
        return node.wrong("must be an integer");
    const auto number = value.get<std::int64_t>();
    if (number < 0 && (std::is_unsigned_v<T> || number < static_cast<std::int64_t>(std::numeric_limits<T>::min())))
        return node.wrong(compose("{} is too small", number));
    out = static_cast<T>(number);
    return {};
}

template <class T>
Result<void> read(const Node& node, std::optional<T>& out)
{
    if (!node.present())
        return {};
    T value{};
    TRY(read(node, value));
    out = std::move(value);
    return {};
}

} // namespace lamella::oci
