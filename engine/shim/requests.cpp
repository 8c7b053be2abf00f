// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/shim/requests.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <csignal>
#include <format>
#include <initializer_list>
#include <limits>
#include <string_view>

namespace lamella::shim {

namespace {

using nlohmann::json;

Result<void> onlyMembers(const json& message, std::initializer_list<std::string_view> known)
{
    for (const auto& [name, value] : message.items()) {
        if (name != "serial" && name != "request" && std::ranges::find(known, name) == known.end())
            return failure(ErrorKind::InvalidArgument, std::format("the request has no member '{}'", name));
    }
    return {};
}

Result<std::uint64_t> number(const json& message, const char* name, std::uint64_t low, std::uint64_t high)
{
    const auto found = message.find(name);
    if (found == message.end() || !found->is_number_unsigned())
        return failure(ErrorKind::InvalidArgument, std::format("the request needs a number '{}'", name));
    const auto value = found->get<std::uint64_t>();
    if (value < low || value > high)
        return failure(ErrorKind::InvalidArgument,
                       std::format("'{}' is {}, which is not from {} to {}", name, value, low, high));
    return value;
}

Result<Request> parseKill(const json& message)
{
    TRY(onlyMembers(message, {"signal", "all"}));
    KillRequest request;
    request.signal = static_cast<int>(TRY(number(message, "signal", 1, static_cast<std::uint64_t>(SIGRTMAX))));
    if (const auto all = message.find("all"); all != message.end()) {
        if (!all->is_boolean())
            return failure(ErrorKind::InvalidArgument, "'all' is not true or false");
        request.all = all->get<bool>();
    }
    return request;
}

Result<Request> parseExec(const json& message)
{
    TRY(onlyMembers(message, {"process"}));
    const auto process = message.find("process");
    if (process == message.end() || !process->is_object())
        return failure(ErrorKind::InvalidArgument, "the request needs an object 'process'");
    return ExecRequest{TRY(oci::parseProcess(process->dump(-1, ' ', false, json::error_handler_t::replace)))};
}

Result<Request> parseResize(const json& message)
{
    constexpr auto kMax = std::numeric_limits<std::uint16_t>::max();
    TRY(onlyMembers(message, {"rows", "columns"}));
    const auto rows = static_cast<std::uint16_t>(TRY(number(message, "rows", 1, kMax)));
    const auto columns = static_cast<std::uint16_t>(TRY(number(message, "columns", 1, kMax)));
    return ResizeRequest{rows, columns};
}

Result<Request> parseHangup(const json& message)
{
    TRY(onlyMembers(message, {"exec"}));
    return HangupRequest{static_cast<unsigned>(TRY(number(message, "exec", 1, std::numeric_limits<unsigned>::max())))};
}

template <class T>
Result<Request> parsePlain(const json& message)
{
    TRY(onlyMembers(message, {}));
    return T{};
}

struct Kind {
    std::string_view name;
    Result<Request> (*parse)(const json&);
};

constexpr std::array<Kind, 8> kKinds{{
    {"state", parsePlain<StateRequest>},
    {"kill", parseKill},
    {"pause", parsePlain<PauseRequest>},
    {"resume", parsePlain<ResumeRequest>},
    {"exec", parseExec},
    {"attach", parsePlain<AttachRequest>},
    {"resize", parseResize},
    {"hangup", parseHangup},
}};

} // namespace

std::uint64_t serialOf(const json& message)
{
    const auto found = message.find("serial");
    return found != message.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

Result<Request> parseRequest(const json& message)
{
    if (serialOf(message) == 0)
        return failure(ErrorKind::InvalidArgument, "the request needs a 'serial' above 0");
    const auto name = message.find("request");
    if (name == message.end() || !name->is_string())
        return failure(ErrorKind::InvalidArgument, "the message has no 'request'");
    const auto kind = std::ranges::find(kKinds, name->get_ref<const std::string&>(), &Kind::name);
    if (kind == kKinds.end())
        return failure(ErrorKind::InvalidArgument,
                       std::format("there is no request '{}'", name->get_ref<const std::string&>()));
    return kind->parse(message);
}

} // namespace lamella::shim
