// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/json.h"

#include "engine/base/compose.h"

#include <nlohmann/json.hpp>

namespace lamella {

Result<nlohmann::json> parseJson(std::string_view text, std::string_view what, std::size_t limit)
{
    if (text.size() > limit)
        return failure(ErrorKind::LimitExceeded, compose("{} is longer than {} bytes", what, limit));
    auto document = nlohmann::json::parse(text, nullptr, false);
    if (document.is_discarded())
        return failure(ErrorKind::InvalidArgument, compose("{} is not valid JSON", what));
    return document;
}

} // namespace lamella
