// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/shim/exit_record.h"

#include "engine/base/json.h"
#include "engine/os/file.h"

#include <nlohmann/json.hpp>

#include <sys/wait.h>

namespace lamella::shim {

constexpr std::size_t kMaxRecord = 4096;

ExitRecord exitRecordOf(int waitStatus)
{
    ExitRecord record;
    if (WIFSIGNALED(waitStatus)) {
        record.signal = WTERMSIG(waitStatus);
        record.status = 128 + record.signal;
    } else {
        record.status = WEXITSTATUS(waitStatus);
    }
    return record;
}

nlohmann::json toJson(const ExitRecord& record)
{
    return {{"status", record.status},
            {"signal", record.signal},
            {"oom", record.oom},
            {"started_usec", record.started.count()},
            {"finished_usec", record.finished.count()}};
}

Result<ExitRecord> exitRecordFromJson(const nlohmann::json& object)
{
    const auto number = [&object](const char* name) -> std::int64_t {
        const auto found = object.find(name);
        return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : -1;
    };
    if (!object.is_object() || number("status") < 0 || number("status") > 255 || number("signal") < 0
        || number("signal") > 127 || number("started_usec") < 0 || number("finished_usec") < 0
        || !object.contains("oom") || !object["oom"].is_boolean())
        return failure(ErrorKind::InvalidArgument, "the exit record is damaged");
    return ExitRecord{static_cast<int>(number("status")), static_cast<int>(number("signal")), object["oom"].get<bool>(),
                      std::chrono::microseconds{number("started_usec")},
                      std::chrono::microseconds{number("finished_usec")}};
}

Result<ExitRecord> readExitRecord(const std::filesystem::path& file)
{
    const std::string text = TRY(os::readFile(file, kMaxRecord));
    const nlohmann::json object = TRY(parseJson(text, file.string()));
    return exitRecordFromJson(object);
}

} // namespace lamella::shim
