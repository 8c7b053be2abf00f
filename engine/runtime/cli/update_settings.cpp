// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/update_settings.h"

#include "engine/base/compose.h"
#include "engine/runtime/cli/option_values.h"
#include "engine/runtime/state_document.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace lamella::runtime::cli {

namespace {

enum class Kind { Size, Integer, Text };

/// Where an option's value stands in linux.resources.
struct ResourceSetting {
    std::string_view option;
    const char* group;
    const char* key;
    Kind kind;
};

constexpr std::array kResourceSettings{
    ResourceSetting{"memory", "memory", "limit", Kind::Size},
    ResourceSetting{"memory-reservation", "memory", "reservation", Kind::Size},
    ResourceSetting{"memory-swap", "memory", "swap", Kind::Size},
    ResourceSetting{"cpu-period", "cpu", "period", Kind::Integer},
    ResourceSetting{"cpu-quota", "cpu", "quota", Kind::Integer},
    ResourceSetting{"cpu-burst", "cpu", "burst", Kind::Integer},
    ResourceSetting{"cpu-share", "cpu", "shares", Kind::Integer},
    ResourceSetting{"cpu-rt-period", "cpu", "realtimePeriod", Kind::Integer},
    ResourceSetting{"cpu-rt-runtime", "cpu", "realtimeRuntime", Kind::Integer},
    ResourceSetting{"cpu-idle", "cpu", "idle", Kind::Integer},
    ResourceSetting{"cpuset-cpus", "cpu", "cpus", Kind::Text},
    ResourceSetting{"cpuset-mems", "cpu", "mems", Kind::Text},
    ResourceSetting{"pids-limit", "pids", "limit", Kind::Integer},
    ResourceSetting{"blkio-weight", "blockIO", "weight", Kind::Integer},
};

Result<nlohmann::json> valueOf(const ResourceSetting& setting, const std::string& text)
{
    switch (setting.kind) {
    case Kind::Size:
        return TRY(readSize(setting.option, text));
    case Kind::Integer:
        return TRY(readInteger(setting.option, text));
    case Kind::Text:
        break;
    }
    return text;
}

} // namespace

Result<std::string> resourcesDocument(const std::vector<std::pair<std::string, std::string>>& settings)
{
    nlohmann::json document = nlohmann::json::object();
    for (const auto& [option, text] : settings) {
        const auto* setting = std::ranges::find(kResourceSettings, std::string_view{option}, &ResourceSetting::option);
        if (setting == kResourceSettings.end())
            return failure(ErrorKind::Unsupported, compose("--{} is not supported", option));
        document[setting->group][setting->key] = TRY(valueOf(*setting, text));
    }
    return textOf(document);
}

} // namespace lamella::runtime::cli
