// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/cgroup/unit_property.h"

#include "engine/base/compose.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string_view>

namespace lamella::cgroup {

namespace {

constexpr std::string_view kPropertyPrefix = "org.systemd.property.";

/// What makes the scope a container's: these are not for annotations to change.
constexpr std::array<std::string_view, 3> kOwnProperties{"Slice", "Delegate", "PIDs"};

/// Types by GVariant's keywords and by their letters.
constexpr std::array<std::pair<std::string_view, char>, 14> kTypes{{{"boolean", 'b'},
                                                                    {"int32", 'i'},
                                                                    {"uint32", 'u'},
                                                                    {"int64", 'x'},
                                                                    {"uint64", 't'},
                                                                    {"double", 'd'},
                                                                    {"string", 's'},
                                                                    {"@b", 'b'},
                                                                    {"@i", 'i'},
                                                                    {"@u", 'u'},
                                                                    {"@x", 'x'},
                                                                    {"@t", 't'},
                                                                    {"@d", 'd'},
                                                                    {"@s", 's'}}};

/// Reads GVariant text (GLib's "GVariant Text Format"), as much of it as properties of scopes need.
class ValueText {
public:
    explicit ValueText(std::string_view text)
        : m_rest(text)
    {
    }

    /// Nothing where it is no value, or one of another type.
    std::optional<UnitValue> read()
    {
        auto value = readValue(readType());
        skipBlanks();
        return m_rest.empty() ? value : std::nullopt;
    }

private:
    void skipBlanks() { m_rest.remove_prefix(std::min(m_rest.find_first_not_of(" \t\n"), m_rest.size())); }

    bool take(std::string_view word)
    {
        skipBlanks();
        if (!m_rest.starts_with(word))
            return false;
        m_rest.remove_prefix(word.size());
        return true;
    }

    /// 'a' for an array of strings, 0 where none is given.
    char readType()
    {
        if (take("@as "))
            return 'a';
        for (const auto& [word, type] : kTypes) {
            if (take(std::string{word} + ' '))
                return type;
        }
        return 0;
    }

    std::optional<UnitValue> readValue(char type)
    {
        skipBlanks();
        if (m_rest.empty())
            return std::nullopt;
        const char first = m_rest.front();
        if (first == '[')
            return type == 0 || type == 'a' ? readList() : std::nullopt;
        if (first == '\'' || first == '"')
            return type == 0 || type == 's' ? readString().transform([](auto&& text) { return UnitValue{text}; })
                                            : std::nullopt;
        if (first == 't' || first == 'f') {
            const bool isTrue = take("true");
            return (isTrue || take("false")) && (type == 0 || type == 'b') ? std::optional<UnitValue>{isTrue}
                                                                           : std::nullopt;
        }
        return readNumber(type);
    }

    std::optional<std::string> readString()
    {
        const char quote = m_rest.front();
        std::string text;
        for (std::size_t i = 1; i < m_rest.size(); ++i) {
            char c = m_rest[i];
            if (c == quote) {
                m_rest.remove_prefix(i + 1);
                return text;
            }
            if (c == '\\') {
                if (++i == m_rest.size())
                    break;
                c = m_rest[i] == 'n' ? '\n' : m_rest[i] == 't' ? '\t' : m_rest[i];
            }
            text += c;
        }
        return std::nullopt;
    }

    std::optional<UnitValue> readList()
    {
        std::vector<std::string> list;
        take("[");
        if (take("]"))
            return UnitValue{list};
        do {
            skipBlanks();
            if (!m_rest.starts_with('\'') && !m_rest.starts_with('"'))
                return std::nullopt;
            auto text = readString();
            if (!text)
                return std::nullopt;
            list.push_back(std::move(*text));
        } while (take(","));
        return take("]") ? std::optional<UnitValue>{list} : std::nullopt;
    }

    template <class Number>
    std::optional<UnitValue> readInteger()
    {
        const bool isHex = m_rest.starts_with("0x");
        if (isHex)
            m_rest.remove_prefix(2);
        Number number{};
        const char* const end = m_rest.data() + m_rest.size();
        const auto [stop, error] = std::from_chars(m_rest.data(), end, number, isHex ? 16 : 10);
        if (error != std::errc{})
            return std::nullopt;
        m_rest.remove_prefix(static_cast<std::size_t>(stop - m_rest.data()));
        return UnitValue{number};
    }

    std::optional<UnitValue> readDouble()
    {
        const std::string text{m_rest.substr(0, m_rest.find_first_not_of("+-.0123456789eE"))};
        char* end = nullptr;
        const double number = std::strtod(text.c_str(), &end);
        if (text.empty() || *end != '\0')
            return std::nullopt;
        m_rest.remove_prefix(text.size());
        return UnitValue{number};
    }

    std::optional<UnitValue> readNumber(char type)
    {
        const bool isWhole = m_rest.starts_with("0x") || !m_rest.contains('.');
        switch (type == 0 ? (isWhole ? 'i' : 'd') : type) {
        case 'i':
            return readInteger<std::int32_t>();
        case 'u':
            return readInteger<std::uint32_t>();
        case 'x':
            return readInteger<std::int64_t>();
        case 't':
            return readInteger<std::uint64_t>();
        case 'd':
            return readDouble();
        default:
            return std::nullopt;
        }
    }

    std::string_view m_rest;
};

/// Nothing where the value is no number of seconds.
std::optional<std::uint64_t> microseconds(const UnitValue& seconds)
{
    return std::visit(
        []<class Value>(const Value& value) -> std::optional<std::uint64_t> {
            if constexpr (std::is_arithmetic_v<Value> && !std::is_same_v<Value, bool>) {
                const double usec = static_cast<double>(value) * 1e6;
                if (usec >= 0 && usec < static_cast<double>(std::numeric_limits<std::uint64_t>::max()))
                    return static_cast<std::uint64_t>(usec);
            }
            return std::nullopt;
        },
        seconds);
}

bool isPropertyName(std::string_view name)
{
    return name.size() >= 3
        && std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); });
}

/// "TimeoutStopSec", but not "USec", whose value is in microseconds already.
bool isInSeconds(std::string_view name)
{
    return name.ends_with("Sec") && name.size() > 3 && name[name.size() - 4] >= 'a' && name[name.size() - 4] <= 'z';
}

Result<UnitProperty> propertyOf(std::string name, const std::string& text)
{
    const auto wrong = [&](std::string_view why) {
        return failure(ErrorKind::InvalidArgument,
                       compose("the annotation {}{}: {} {}", kPropertyPrefix, name, text, why));
    };
    if (!isPropertyName(name))
        return wrong("names no property of a unit");
    if (std::ranges::contains(kOwnProperties, name))
        return wrong("is about what --systemd-cgroup sets itself");
    auto value = ValueText{text}.read();
    if (!value)
        return wrong("has no value that can be read (true, 'text', uint64 5, ['a', 'b'], ...)");
    if (isInSeconds(name)) {
        const auto usec = microseconds(*value);
        if (!usec)
            return wrong("is no number of seconds");
        name.insert(name.size() - 3, "U");
        value = *usec;
    }
    return UnitProperty{std::move(name), std::move(*value)};
}

} // namespace

Result<std::vector<UnitProperty>> unitPropertiesOf(const std::map<std::string, std::string>& annotations)
{
    std::vector<UnitProperty> properties;
    for (const auto& [key, text] : annotations) {
        if (key.starts_with(kPropertyPrefix) && key.size() > kPropertyPrefix.size())
            properties.push_back(TRY(propertyOf(key.substr(kPropertyPrefix.size()), text)));
    }
    return properties;
}

void putProperty(BusWriter& out, const UnitProperty& property)
{
    constexpr std::array<std::string_view, std::variant_size_v<UnitValue>> kSignatures{"b", "i", "u", "x",
                                                                                       "t", "d", "s", "as"};
    out.property(property.name, kSignatures[property.value.index()], [&](BusWriter& to) {
        std::visit(
            [&]<class Value>(const Value& value) {
                if constexpr (std::is_same_v<Value, bool>)
                    to.boolean(value);
                else if constexpr (std::is_same_v<Value, std::string>)
                    to.string(value);
                else if constexpr (std::is_same_v<Value, std::vector<std::string>>)
                    to.array(4, [&](BusWriter& list) {
                        for (const std::string& text : value)
                            list.string(text);
                    });
                else if constexpr (sizeof(Value) == 4)
                    to.u32(static_cast<std::uint32_t>(value));
                else
                    to.u64(std::bit_cast<std::uint64_t>(value));
            },
            property.value);
    });
}

} // namespace lamella::cgroup
