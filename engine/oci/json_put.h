// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

/// Writing of members that are left out where there is nothing to say.
namespace lamella::oci {

template <class T>
void put(nlohmann::json& object, const char* key, const std::optional<T>& value)
{
    if (value)
        object[key] = *value;
}

inline void putText(nlohmann::json& object, const char* key, const std::string& value)
{
    if (!value.empty())
        object[key] = value;
}

template <class T>
void putList(nlohmann::json& object, const char* key, const T& value)
{
    if (!value.empty())
        object[key] = value;
}

} // namespace lamella::oci
