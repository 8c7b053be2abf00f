// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/new_image_request.h"

#include "engine/base/json.h"
#include "engine/image/fields.h"
#include "engine/image/limits.h"
#include "engine/image/reference.h"
#include "engine/layer/digest.h"

#include <algorithm>
#include <charconv>
#include <format>
#include <utility>

namespace lamella::image {

namespace {

using nlohmann::json;

constexpr std::uint64_t kMaxCreated = 1ull << 60;

bool isPortNumber(std::string_view text)
{
    unsigned port = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), port);
    return code == std::errc{} && end == text.data() + text.size() && port > 0 && port < 65536;
}

// config.md: "port/tcp", "port/udp" or "port"; docker also has sctp.
bool isPort(std::string_view text)
{
    const auto slash = text.find('/');
    const auto protocol = slash == std::string_view::npos ? "tcp" : text.substr(slash + 1);
    return isPortNumber(text.substr(0, slash)) && (protocol == "tcp" || protocol == "udp" || protocol == "sctp");
}

bool isAbsolute(std::string_view path)
{
    return path.starts_with('/') && path.size() <= limits::kPath && !std::format("{}/", path).contains("/../");
}

bool isAssignment(std::string_view text)
{
    return text.find('=') != std::string_view::npos && !text.starts_with('=');
}

bool isName(std::string_view text)
{
    return !text.empty() && !text.contains('=');
}

// "SIGTERM", "TERM", "15", "SIGRTMIN+3"
bool isSignal(std::string_view text)
{
    const auto isGood = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' || c == '-'; };
    return text.size() <= 16 && std::ranges::all_of(text, isGood);
}

template <class Check>
Result<void> checkEach(const std::vector<std::string>& list, const char* what, Check check)
{
    std::size_t bytes = 0;
    for (const auto& text : list) {
        if (!check(text))
            return failure(ErrorKind::InvalidArgument, std::format("\"{}\" cannot be {}", text, what));
        bytes += text.size() + 1;
    }
    if (list.size() > limits::kStrings || bytes > limits::kStringBytes)
        return failure(ErrorKind::LimitExceeded,
                       std::format("there is too much that is {}: at most {} and {} bytes together", what,
                                   limits::kStrings, limits::kStringBytes));
    return {};
}

Result<void> checkText(std::string_view text, const char* what, std::size_t limit)
{
    if (text.size() <= limit)
        return {};
    return failure(ErrorKind::LimitExceeded, std::format("{} of the image is longer than {} bytes", what, limit));
}

json toJson(const NewImageSettings& settings)
{
    return {
        {"reference", settings.reference},
        {"entrypoint", settings.entrypoint},
        {"cmd", settings.cmd},
        {"env", settings.env},
        {"unsetEnv", settings.unsetEnv},
        {"workingDir", settings.workingDir},
        {"user", settings.user},
        {"stopSignal", settings.stopSignal},
        {"labels", settings.labels},
        {"exposedPorts", settings.exposedPorts},
        {"volumes", settings.volumes},
        {"author", settings.author},
        {"message", settings.message},
        {"created", std::max<std::int64_t>(0, settings.created.count())},
    };
}

Result<NewImageSettings> settingsOf(const Fields& fields)
{
    const auto list
        = [&](std::string_view key) { return fields.textsTogether(key, limits::kStrings, limits::kStringBytes); };
    NewImageSettings settings;
    settings.reference = TRY(fields.text("reference", limits::kName));
    settings.entrypoint = TRY(list("entrypoint"));
    settings.cmd = TRY(list("cmd"));
    settings.env = TRY(list("env"));
    settings.unsetEnv = TRY(list("unsetEnv"));
    settings.workingDir = TRY(fields.text("workingDir", limits::kPath));
    settings.user = TRY(fields.text("user", limits::kReference));
    settings.stopSignal = TRY(fields.text("stopSignal", limits::kReference));
    settings.labels = TRY(list("labels"));
    settings.exposedPorts = TRY(list("exposedPorts"));
    settings.volumes = TRY(list("volumes"));
    settings.author = TRY(fields.text("author", limits::kText));
    settings.message = TRY(fields.text("message", limits::kText));
    settings.created = std::chrono::microseconds{static_cast<std::int64_t>(TRY(fields.number("created", kMaxCreated)))};
    return settings;
}

} // namespace

Result<void> checkSettings(const NewImageSettings& settings)
{
    const auto& reference = settings.reference;
    if (!reference.empty() && (!isReference(reference) || reference.contains('@')))
        return failure(ErrorKind::InvalidArgument, std::format("\"{}\" cannot be the name of an image", reference));
    if (!settings.workingDir.empty() && !isAbsolute(settings.workingDir))
        return failure(ErrorKind::InvalidArgument,
                       "the working directory of an image is an absolute path without \"..\"");
    if (!isSignal(settings.stopSignal))
        return failure(ErrorKind::InvalidArgument, std::format("\"{}\" is no signal", settings.stopSignal));
    const auto isAny = [](const std::string&) { return true; };
    TRY(checkEach(settings.entrypoint, "a word of the entrypoint", isAny));
    TRY(checkEach(settings.cmd, "a word of the command", isAny));
    TRY(checkEach(settings.env, "a variable (NAME=value)", isAssignment));
    TRY(checkEach(settings.unsetEnv, "the name of a variable", isName));
    TRY(checkEach(settings.labels, "a label (name=value)", isAssignment));
    TRY(checkEach(settings.exposedPorts, "a port (80, 80/tcp, 80/udp)", isPort));
    TRY(checkEach(settings.volumes, "a volume (an absolute path without \"..\")", isAbsolute));
    TRY(checkText(settings.user, "the user", limits::kReference));
    TRY(checkText(settings.author, "the author", limits::kText));
    return checkText(settings.message, "the message", limits::kText);
}

std::string NewImageRequest::text() const
{
    return json{
        {"manifest", base.manifest}, {"config", base.config},    {"settings", toJson(settings)},
        {"digest", layer.digest},    {"size", layer.size.value}, {"compression", std::to_underlying(layer.compression)},
        {"diffId", diffId},          {"createdBy", createdBy}}
        .dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<NewImageRequest> NewImageRequest::of(std::string_view text)
{
    const auto document = TRY(parseJson(text, "the request", kLongest));
    const auto fields = TRY(Fields::of(document, "the request"));
    NewImageRequest image;
    image.base.manifest = TRY(fields.text("manifest", limits::kDocument.value));
    image.base.config = TRY(fields.text("config", limits::kDocument.value));
    image.settings = TRY(settingsOf(TRY(fields.object("settings"))));
    image.layer.kind = DocumentKind::Layer;
    image.layer.digest = TRY(fields.text("digest", limits::kText));
    image.layer.size = {TRY(fields.number("size", limits::kBlob.value))};
    image.layer.compression = static_cast<layer::Compression>(TRY(fields.number("compression", 2)));
    image.diffId = TRY(fields.text("diffId", limits::kText));
    image.createdBy = TRY(fields.text("createdBy", limits::kCreatedBy));
    if (!layer::isDigest(image.layer.digest) || !layer::isDigest(image.diffId))
        return failure(ErrorKind::InvalidArgument, "the request has a digest that is none");
    return image;
}

} // namespace lamella::image
