// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/sentences.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <format>

namespace lamella::registry {

namespace {

// distribution-spec, "Error Codes": {"errors": [{"code", "message"}]}.
std::string ownWords(std::string_view answer)
{
    const auto document = nlohmann::json::parse(answer, nullptr, false);
    const auto errors = document.is_object() ? document.find("errors") : document.end();
    if (!document.is_object() || errors == document.end() || !errors->is_array() || errors->empty()
        || !errors->front().is_object())
        return {};
    const auto message = errors->front().find("message");
    const auto* text = message == errors->front().end() ? nullptr : message->get_ptr<const std::string*>();
    return text && !text->empty() ? std::format(" (in its words: {})", printable(*text)) : std::string{};
}

} // namespace

std::string subjectOf(const Name& name)
{
    return std::format("{}/{}", name.registry, name.repository);
}

std::string printable(std::string_view text, std::size_t most)
{
    std::string result{text.substr(0, most)};
    std::ranges::replace_if(result, [](char c) { return c < ' ' || c >= 0x7f; }, '?');
    return text.size() > most ? result + "…" : result;
}

Error statusError(const Name& name, std::string_view what, int status, std::string_view answer)
{
    const auto words = ownWords(answer);
    switch (status) {
    case 401:
        return Error::of(ErrorKind::RegistryDenied,
                         std::format("{} refuses access: the repository does not exist, or it needs a login{}",
                                     name.registry, words));
    case 403:
        return Error::of(ErrorKind::RegistryDenied,
                         std::format("{} does not allow this to who is logged in: check the login's rights{}",
                                     name.registry, words));
    case 404:
        return Error::of(ErrorKind::NotFound,
                         std::format("{} has no {}: check the name and the tag{}", name.registry, what, words));
    case 429:
        return Error::of(
            ErrorKind::RegistryDenied,
            std::format("{} takes no more requests for now: try again later, or log in for a higher limit{}",
                        name.registry, words));
    default:
        break;
    }
    if (status >= 500)
        return Error::of(ErrorKind::Network,
                         std::format("{} is in trouble (HTTP {}): try again later{}", name.registry, status, words));
    return Error::of(ErrorKind::Network,
                     std::format("{} answers HTTP {} when it is asked for {}{}", name.registry, status, what, words));
}

} // namespace lamella::registry
