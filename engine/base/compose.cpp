// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/base/compose.h"

namespace lamella::detail {

std::string compose(std::string_view format, std::initializer_list<std::string_view> texts)
{
    std::size_t size = format.size();
    for (const auto text : texts)
        size += text.size();
    std::string composed;
    composed.reserve(size);
    const auto* next = texts.begin();
    for (std::size_t at = 0; at < format.size(); ++at) {
        const char character = format[at];
        if (character != '{' && character != '}') {
            composed += character;
            continue;
        }
        if (format[++at] == character)
            composed += character;
        else
            composed += *next++;
    }
    return composed;
}

} // namespace lamella::detail
