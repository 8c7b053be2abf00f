// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/fields.h"

namespace lamella::image {

Fields::Fields(const nlohmann::json* object, std::string what)
    : m_object(object)
    , m_what(std::move(what))
{
}

Result<Fields> Fields::of(const nlohmann::json& value, std::string_view what)
{
    if (!value.is_object())
        return failure(ErrorKind::InvalidArgument, std::format("{} is not a JSON object", what));
    return Fields{&value, std::string{what}};
}

const nlohmann::json* Fields::member(std::string_view key) const
{
    const auto found = m_object->find(key);
    return found == m_object->end() || found->is_null() ? nullptr : &*found;
}

std::unexpected<Error> Fields::wrong(std::string_view key, std::string_view expected) const
{
    return failure(ErrorKind::InvalidArgument, std::format("{}: {} is not {}", m_what, key, expected));
}

std::unexpected<Error> Fields::tooLong(std::string_view key) const
{
    return failure(ErrorKind::LimitExceeded, std::format("{}: {} is too large", m_what, key));
}

Result<std::string> Fields::text(std::string_view key, std::size_t limit) const
{
    const auto* value = member(key);
    if (!value)
        return std::string{};
    const auto* text = value->get_ptr<const std::string*>();
    if (!text || text->contains('\0'))
        return wrong(key, "a text");
    if (text->size() > limit)
        return tooLong(key);
    return *text;
}

Result<std::uint64_t> Fields::number(std::string_view key, std::uint64_t limit) const
{
    const auto* value = member(key);
    if (!value)
        return std::uint64_t{0};
    if (!value->is_number_unsigned())
        return wrong(key, "a whole number");
    const auto number = value->get<std::uint64_t>();
    if (number > limit)
        return tooLong(key);
    return number;
}

Result<bool> Fields::flag(std::string_view key) const
{
    const auto* value = member(key);
    if (value && !value->is_boolean())
        return wrong(key, "true or false");
    return value && value->get<bool>();
}

Result<std::vector<std::string>> Fields::texts(std::string_view key, std::size_t count, std::size_t limit) const
{
    std::vector<std::string> texts;
    const auto* list = TRY(array(key, count));
    if (!list)
        return texts;
    for (const auto& element : *list) {
        const auto* text = element.get_ptr<const std::string*>();
        if (!text || text->contains('\0'))
            return wrong(key, "a list of texts");
        if (text->size() > limit)
            return tooLong(key);
        texts.push_back(*text);
    }
    return texts;
}

Result<std::vector<std::string>> Fields::textsTogether(std::string_view key, std::size_t count, std::size_t limit) const
{
    auto list = TRY(texts(key, count, limit));
    std::size_t size = 0;
    for (const auto& text : list)
        size += text.size() + 1; // its end, in the kernel's count
    if (size > limit)
        return tooLong(key);
    return list;
}

Result<Fields> Fields::object(std::string_view key) const
{
    static const auto kEmpty = nlohmann::json::object();
    const auto* value = member(key);
    return Fields::of(value ? *value : kEmpty, std::format("{}: {}", m_what, key));
}

Result<const nlohmann::json*> Fields::array(std::string_view key, std::size_t count) const
{
    const auto* value = member(key);
    if (value && !value->is_array())
        return wrong(key, "a list");
    if (value && value->size() > count)
        return tooLong(key);
    return value;
}

} // namespace lamella::image
