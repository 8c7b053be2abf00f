// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/protocol.h"

#include "engine/base/json.h"
#include "engine/image/fields.h"
#include "engine/image/limits.h"
#include "engine/layer/digest.h"

#include <algorithm>
#include <array>
#include <string.h>

namespace lamella::registry {

namespace {

using image::Fields;

constexpr std::array<std::string_view, 9> kOperations
    = {"resolve", "blob", "tags", "login", "hasBlob", "mount", "upload", "putManifest", "cancel"};
constexpr std::size_t kProxy = 4096;
constexpr std::size_t kLongestWord = 128;
constexpr std::uint64_t kMostAttempts = 1000;
constexpr std::uint64_t kLongestWait = 24ull * 3600 * 1000;

nlohmann::json toJson(const Endpoint& endpoint)
{
    return {{"host", endpoint.host},
            {"prefix", endpoint.prefix},
            {"plainHttp", endpoint.plainHttp},
            {"certificates", endpoint.certificates},
            {"user", endpoint.credentials.user},
            {"password", endpoint.credentials.password},
            {"identityToken", endpoint.credentials.identityToken}};
}

void wipeTexts(nlohmann::json& value)
{
    if (auto* text = value.get_ptr<std::string*>())
        wipe(*text);
    else if (value.is_structured())
        std::ranges::for_each(value, wipeTexts);
}

// Overwrites what was read of a message when the reading is over.
class Wiped {
public:
    explicit Wiped(nlohmann::json value)
        : m_value(std::move(value))
    {
    }
    Wiped(const Wiped&) = delete;
    Wiped& operator=(const Wiped&) = delete;
    ~Wiped() { wipeTexts(m_value); }
    const nlohmann::json& get() const { return m_value; }

private:
    nlohmann::json m_value;
};

Result<Endpoint> endpointOf(const Fields& fields)
{
    Endpoint endpoint;
    endpoint.host = TRY(fields.text("host", limits::kHost));
    endpoint.prefix = TRY(fields.text("prefix", limits::kRepository));
    endpoint.plainHttp = TRY(fields.flag("plainHttp"));
    endpoint.certificates = TRY(fields.text("certificates", limits::kCertificates));
    endpoint.credentials.user = TRY(fields.text("user", limits::kSecret));
    endpoint.credentials.password = TRY(fields.text("password", limits::kSecret));
    endpoint.credentials.identityToken = TRY(fields.text("identityToken", limits::kSecret));
    if (!isHost(endpoint.host) || (!endpoint.prefix.empty() && !isRepository(endpoint.prefix)))
        return failure(ErrorKind::InvalidArgument,
                       "the address of a registry or mirror is not a host with an optional port");
    return endpoint;
}

Result<std::chrono::milliseconds> waitOf(const Fields& fields, std::string_view key)
{
    return std::chrono::milliseconds{TRY(fields.number(key, kLongestWait))};
}

Result<Access> accessOf(const Fields& fields)
{
    Access access;
    access.registry = TRY(endpointOf(TRY(fields.object("registry"))));
    TRY(fields.each("mirrors", limits::kMirrors, [&access](const Fields& mirror) -> Result<void> {
        access.mirrors.push_back(TRY(endpointOf(mirror)));
        return {};
    }));
    access.proxies.http = TRY(fields.text("httpProxy", kProxy));
    access.proxies.https = TRY(fields.text("httpsProxy", kProxy));
    access.proxies.none = TRY(fields.text("noProxy", kProxy));
    access.patience
        = {TRY(waitOf(fields, "connectMs")), TRY(waitOf(fields, "idleMs")), TRY(waitOf(fields, "wholeMs")),
           TRY(waitOf(fields, "backOffMs")), static_cast<int>(TRY(fields.number("attempts", kMostAttempts)))};
    return access;
}

Result<void> checkWords(const Request& request)
{
    const bool transfers = request.operation == Operation::Blob || request.operation == Operation::HasBlob
        || request.operation == Operation::Mount || request.operation == Operation::Upload;
    if (transfers && !layer::isDigest(request.digest))
        return failure(ErrorKind::Unsupported, "a blob's digest is not a SHA-256 digest");
    if (request.operation == Operation::Mount && !isRepository(request.from))
        return failure(ErrorKind::InvalidArgument, "what a blob is mounted from is no repository");
    return {};
}

} // namespace

void wipe(std::string& text)
{
    ::explicit_bzero(text.data(), text.size());
    text.clear();
}

Credentials::~Credentials()
{
    wipe(password);
    wipe(identityToken);
}

std::string toMessage(const Request& request)
{
    nlohmann::json message{{"id", request.id}, {"operation", kOperations[static_cast<std::size_t>(request.operation)]}};
    if (request.operation == Operation::Cancel) {
        message["target"] = request.target;
        return message.dump();
    }
    auto mirrors = nlohmann::json::array();
    for (const auto& mirror : request.access.mirrors)
        mirrors.push_back(toJson(mirror));
    const auto& patience = request.access.patience;
    message.update({{"name", canonicalText(request.name)},
                    {"registry", toJson(request.access.registry)},
                    {"mirrors", std::move(mirrors)},
                    {"httpProxy", request.access.proxies.http},
                    {"httpsProxy", request.access.proxies.https},
                    {"noProxy", request.access.proxies.none},
                    {"connectMs", patience.connect.count()},
                    {"idleMs", patience.idle.count()},
                    {"wholeMs", patience.whole.count()},
                    {"backOffMs", patience.backOff.count()},
                    {"attempts", patience.attempts},
                    {"architecture", request.platform.architecture},
                    {"os", request.platform.os},
                    {"variant", request.platform.variant},
                    {"digest", request.digest},
                    {"size", request.size.value},
                    {"from", request.from},
                    {"mediaType", request.mediaType}});
    auto text = message.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    wipeTexts(message);
    return text;
}

Result<Request> requestFromMessage(std::string_view text)
{
    const Wiped message{TRY(parseJson(text, "the request", limits::kMessage))};
    const auto fields = TRY(Fields::of(message.get(), "the request"));
    Request request;
    request.id = TRY(fields.number("id", UINT64_MAX));
    const auto* operation = std::ranges::find(kOperations, TRY(fields.text("operation", kLongestWord)));
    if (operation == kOperations.end())
        return failure(ErrorKind::InvalidArgument, "the request asks for nothing that is known");
    request.operation = static_cast<Operation>(operation - kOperations.begin());
    request.target = TRY(fields.number("target", UINT64_MAX));
    if (request.operation == Operation::Cancel)
        return request;
    request.name = TRY(parseName(TRY(fields.text("name", limits::kName))));
    request.access = TRY(accessOf(fields));
    request.platform.architecture = TRY(fields.text("architecture", kLongestWord));
    request.platform.os = TRY(fields.text("os", kLongestWord));
    request.platform.variant = TRY(fields.text("variant", kLongestWord));
    request.digest = TRY(fields.text("digest", kLongestWord));
    request.size = {TRY(fields.number("size", image::limits::kBlob.value))};
    request.from = TRY(fields.text("from", limits::kRepository));
    request.mediaType = TRY(fields.text("mediaType", kLongestWord));
    TRY(checkWords(request));
    return request;
}

std::uint64_t idOfMessage(std::string_view text)
{
    auto parsed = parseJson(text, "the request", limits::kMessage);
    if (!parsed)
        return 0;
    const Wiped message{std::move(*parsed)};
    const auto fields = Fields::of(message.get(), "the request");
    return fields ? fields->number("id", UINT64_MAX).value_or(0) : 0;
}

nlohmann::json toJson(const Error& error)
{
    return {{"error", errorKindName(error.kind)}, {"errno", error.errnum}, {"message", error.message}};
}

} // namespace lamella::registry
