// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <filesystem>

namespace lamella::shim {

/// How a container's program ended.
struct ExitRecord {
    int status = 0; ///< 0 to 255; 128 + signal where a signal ended it
    int signal = 0; ///< 0: none
    bool oom = false;
    std::chrono::microseconds started{}; ///< since 1970; which run of the container it is of
    std::chrono::microseconds finished{}; ///< since 1970

    friend bool operator==(const ExitRecord&, const ExitRecord&) = default;
};

/// What waitpid(2) says, as a record without `oom` and the times.
ExitRecord exitRecordOf(int waitStatus);

nlohmann::json toJson(const ExitRecord& record);

/// Errors: InvalidArgument.
Result<ExitRecord> exitRecordFromJson(const nlohmann::json& object);

/// Reads a record that os::replaceFile() wrote. Errors: NotFound, InvalidArgument.
Result<ExitRecord> readExitRecord(const std::filesystem::path& file);

} // namespace lamella::shim
