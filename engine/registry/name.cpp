// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/name.h"

#include "engine/image/reference.h"
#include "engine/layer/digest.h"
#include "engine/registry/limits.h"
#include "engine/registry/sentences.h"

#include <algorithm>
#include <charconv>
#include <format>
#include <optional>
#include <ranges>

namespace lamella::registry {

namespace {

constexpr std::string_view kDefaultRegistry = "docker.io";
constexpr std::string_view kDefaultRegistryOld = "index.docker.io";
constexpr std::string_view kDefaultRegistryHost = "registry-1.docker.io";
constexpr std::string_view kOfficial = "library/";

constexpr bool isDigit(char c)
{
    return c >= '0' && c <= '9';
}
constexpr bool isLower(char c)
{
    return c >= 'a' && c <= 'z';
}
constexpr bool isUpper(char c)
{
    return c >= 'A' && c <= 'Z';
}
constexpr bool isAlphanumeric(char c)
{
    return isDigit(c) || isLower(c) || isUpper(c);
}

bool isPort(std::string_view text)
{
    unsigned port = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), port);
    return code == std::errc{} && end == text.data() + text.size() && port > 0 && port <= 65535;
}

bool isHostPart(std::string_view part)
{
    return !part.empty() && part.size() <= 63 && part.front() != '-' && part.back() != '-'
        && std::ranges::all_of(part, [](char c) { return isAlphanumeric(c) || c == '-'; });
}

bool isAddress6(std::string_view text)
{
    return text.size() >= 2 && std::ranges::count(text, ':') >= 2 && std::ranges::all_of(text, [](char c) {
               return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':';
           });
}

struct HostAndPort {
    std::string_view host; // without the brackets of an address
    std::string_view port; // empty where there is none
    bool address6 = false;
};

std::optional<HostAndPort> splitHost(std::string_view text)
{
    HostAndPort parts;
    std::string_view rest;
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos)
            return std::nullopt;
        parts = {text.substr(1, end - 1), {}, true};
        rest = text.substr(end + 1);
    } else {
        parts.host = text.substr(0, text.find(':'));
        rest = text.substr(parts.host.size());
    }
    if (rest.empty())
        return parts;
    parts.port = rest.substr(1);
    return rest.front() == ':' && isPort(parts.port) ? std::optional{parts} : std::nullopt;
}

// One part of a repository's name: lower-case letters and digits, with ".", "_", "__" or hyphens between them.
bool isPathPart(std::string_view part)
{
    const auto isPlain = [](char c) { return isLower(c) || isDigit(c); };
    if (part.empty() || !isPlain(part.front()) || !isPlain(part.back()))
        return false;
    for (std::size_t at = 0; at < part.size();) {
        if (isPlain(part[at])) {
            ++at;
            continue;
        }
        const char separator = part[at];
        const auto count = std::min(part.find_first_not_of(separator, at), part.size()) - at;
        if (!(separator == '-' || (separator == '.' && count == 1) || (separator == '_' && count <= 2))
            || !isPlain(part[at + count]))
            return false;
        at += count;
    }
    return true;
}

std::unexpected<Error> noName(std::string_view text, std::string_view why)
{
    return failure(ErrorKind::InvalidArgument,
                   std::format("\"{}\" is not the name of an image: {}", printable(text), why));
}

Result<void> splitRegistry(std::string_view text, std::string_view rest, Name& name)
{
    const auto slash = rest.find('/');
    name.registry = kDefaultRegistry;
    if (slash != std::string_view::npos && image::namesRegistry(rest.substr(0, slash))) {
        name.registry = rest.substr(0, slash);
        rest.remove_prefix(slash + 1);
        if (!isHost(name.registry))
            return noName(text, "the part before the first slash is no host");
        if (name.registry == kDefaultRegistryOld)
            name.registry = kDefaultRegistry;
    }
    name.repository = rest;
    if (name.registry == kDefaultRegistry && !rest.contains('/'))
        name.repository = std::string{kOfficial} + name.repository;
    if (!isRepository(name.repository))
        return noName(
            text, "a repository has lower-case letters and digits, with . _ - between them and / between its parts");
    return {};
}

} // namespace

bool isHost(std::string_view text)
{
    const auto parts = splitHost(text);
    if (!parts || text.size() > limits::kHost)
        return false;
    if (parts->address6)
        return isAddress6(parts->host);
    return std::ranges::all_of(std::views::split(parts->host, '.'),
                               [](const auto& part) { return isHostPart(std::string_view{part}); });
}

bool isRepository(std::string_view text)
{
    return !text.empty() && text.size() <= limits::kRepository
        && std::ranges::all_of(std::views::split(text, '/'),
                               [](const auto& part) { return isPathPart(std::string_view{part}); });
}

bool isTag(std::string_view text)
{
    return !text.empty() && text.size() <= limits::kTag && text.front() != '.' && text.front() != '-'
        && std::ranges::all_of(text, [](char c) { return isAlphanumeric(c) || std::string_view{"_.-"}.contains(c); });
}

Result<Name> parseName(std::string_view text)
{
    Name name;
    if (text.size() > limits::kName)
        return failure(ErrorKind::InvalidArgument, "the name of an image is too long");
    std::string_view rest = text;
    if (const auto at = rest.find('@'); at != std::string_view::npos) {
        name.digest = rest.substr(at + 1);
        rest = rest.substr(0, at);
        if (!layer::isDigest(name.digest) && name.digest.contains(':') && !name.digest.starts_with("sha256:"))
            return failure(ErrorKind::Unsupported,
                           std::format("\"{}\" has a digest that is not SHA-256", printable(text)));
        if (!layer::isDigest(name.digest))
            return noName(text, "what stands after the @ is no digest");
    }
    if (const auto colon = rest.rfind(':'); colon != std::string_view::npos && !rest.substr(colon).contains('/')) {
        name.tag = rest.substr(colon + 1);
        rest = rest.substr(0, colon);
        if (!isTag(name.tag))
            return noName(text, "what stands after the last colon is no tag");
    }
    TRY(splitRegistry(text, rest, name));
    // What looks like an image's ID would otherwise be asked of the default registry.
    if (layer::isDigest(std::format("sha256:{}", rest)))
        return noName(text, "64 hexadecimal digits are an image's ID");
    if (name.tag.empty() && name.digest.empty())
        name.tag = "latest";
    return name;
}

Result<Name> parseRegistry(std::string_view text)
{
    const auto host = text.substr(0, text.find('/'));
    if (!image::namesRegistry(host) || !isHost(host))
        return failure(
            ErrorKind::InvalidArgument,
            std::format("\"{}\" is no registry: that is a host like quay.io or localhost:5000", printable(text)));
    return parseName(std::format("{}/login", host));
}

std::string canonicalText(const Name& name)
{
    return std::format("{}/{}{}{}{}{}", name.registry, name.repository, name.tag.empty() ? "" : ":", name.tag,
                       name.digest.empty() ? "" : "@", name.digest);
}

std::string_view referenceOf(const Name& name)
{
    return name.digest.empty() ? name.tag : name.digest;
}

std::string endpointHost(std::string_view registry)
{
    return std::string{registry == kDefaultRegistry ? kDefaultRegistryHost : registry};
}

bool isLoopback(std::string_view host)
{
    const auto parts = splitHost(host);
    if (!parts)
        return false;
    if (parts->address6)
        return parts->host == "::1";
    if (parts->host == "localhost")
        return true;
    // Four numbers, of which the first is 127: "127.0.0.1.example.com" is anybody's.
    std::size_t count = 0;
    for (const auto& part : std::views::split(parts->host, '.')) {
        unsigned value = 256;
        const auto [end, code] = std::from_chars(part.data(), part.data() + part.size(), value);
        if (code != std::errc{} || end != part.data() + part.size() || value > 255 || (count == 0 && value != 127))
            return false;
        ++count;
    }
    return count == 4;
}

} // namespace lamella::registry
