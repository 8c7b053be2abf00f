// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/shim/options.h"

#include <algorithm>
#include <format>
#include <string_view>

namespace lamella::shim {

namespace {

constexpr std::size_t kMaxId = 64;

bool isId(std::string_view text)
{
    const auto allowed
        = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_'; };
    return !text.empty() && text.size() <= kMaxId && std::ranges::all_of(text, allowed);
}

Result<void> setPath(std::filesystem::path& path, std::string_view name, std::string_view value)
{
    path = value;
    if (!path.is_absolute())
        return failure(ErrorKind::InvalidArgument, std::format("{} needs an absolute path, not '{}'", name, value));
    return {};
}

Result<void> setOption(Options& options, std::string_view name, std::string_view value)
{
    if (name == "--id") {
        if (!isId(value))
            return failure(ErrorKind::InvalidArgument, std::format("'{}' is not an id", value));
        options.id = value;
        return {};
    }
    if (name == "--log-level") {
        options.logLevel = TRY(log::levelFromName(value));
        return {};
    }
    if (name == "--bundle")
        return setPath(options.bundle, name, value);
    if (name == "--run")
        return setPath(options.run, name, value);
    if (name == "--log")
        return setPath(options.log, name, value);
    if (name == "--exit")
        return setPath(options.exit, name, value);
    return failure(ErrorKind::InvalidArgument, std::format("there is no option '{}'", name));
}

} // namespace

Result<Options> parseOptions(std::span<char* const> arguments)
{
    Options options;
    for (; !arguments.empty(); arguments = arguments.subspan(2)) {
        if (arguments.size() < 2)
            return failure(ErrorKind::InvalidArgument, std::format("'{}' needs a value", arguments[0]));
        TRY(setOption(options, arguments[0], arguments[1]));
    }
    if (options.id.empty() || options.bundle.empty() || options.run.empty() || options.log.empty()
        || options.exit.empty())
        return failure(ErrorKind::InvalidArgument, "lamella-shim needs --id, --bundle, --run, --log and --exit");
    return options;
}

} // namespace lamella::shim
