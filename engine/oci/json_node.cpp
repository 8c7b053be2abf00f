// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/json_node.h"

#include "engine/base/compose.h"

#include <algorithm>
#include <cstring>

namespace lamella::oci {

namespace {

constexpr std::size_t kMostStrings = 65536;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

std::string_view textOf(const JsonValue& value)
{
    return {value.GetString(), value.GetStringLength()};
}

} // namespace

Result<Document> Document::parse(std::string_view text, std::string_view what, std::size_t limit)
{
    if (text.size() > limit)
        return failure(ErrorKind::LimitExceeded, compose("{} is longer than {} bytes", what, limit));
    if (text.starts_with(kByteOrderMark))
        text.remove_prefix(kByteOrderMark.size());
    auto copy = std::make_unique_for_overwrite<char[]>(text.size() + 1);
    std::ranges::copy(text, copy.get());
    copy[text.size()] = '\0';
    // Not by recursion: how deep a document is must not matter.
    constexpr unsigned kHow = rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag
        | rapidjson::kParseValidateEncodingFlag;
    auto tree = std::make_unique<rapidjson::Document>();
    // A NUL would be its end.
    if (text.contains('\0') || tree->ParseInsitu<kHow>(copy.get()).HasParseError())
        return failure(ErrorKind::InvalidArgument, compose("{} is not valid JSON", what));
    return Document{std::move(copy), std::move(tree)};
}

bool Node::filled() const
{
    if (!present())
        return false;
    if (m_value->IsObject())
        return !m_value->ObjectEmpty();
    if (m_value->IsArray())
        return !m_value->Empty();
    if (m_value->IsString())
        return m_value->GetStringLength() != 0;
    if (m_value->IsBool())
        return m_value->GetBool();
    return m_value->GetDouble() != 0;
}

Node Node::operator[](const std::string& key) const
{
    std::string path = m_path.empty() ? key : m_path + "." + key;
    if (m_value == nullptr || !m_value->IsObject())
        return {nullptr, std::move(path)};
    for (auto member = m_value->MemberEnd(); member != m_value->MemberBegin();) {
        --member;
        if (textOf(member->name) == key)
            return {&member->value, std::move(path)};
    }
    return {nullptr, std::move(path)};
}

Result<std::vector<Node>> Node::elements(std::size_t limit) const
{
    TRY(mustBeArray(limit));
    std::vector<Node> nodes;
    if (!present())
        return nodes;
    nodes.reserve(m_value->Size());
    for (rapidjson::SizeType i = 0; i < m_value->Size(); ++i)
        nodes.emplace_back(&(*m_value)[i], compose("{}[{}]", m_path, i));
    return nodes;
}

Result<std::vector<std::pair<std::string, Node>>> Node::members() const
{
    std::vector<std::pair<std::string, Node>> all;
    TRY(mustBeObject());
    if (!present())
        return all;
    std::map<std::string_view, const JsonValue*> last;
    for (const auto& member : m_value->GetObject())
        last[textOf(member.name)] = &member.value;
    for (const auto& [name, value] : last)
        all.emplace_back(name, Node{value, compose("{}.{}", m_path, name)});
    return all;
}

Result<void> Node::mustBeArray(std::size_t limit) const
{
    if (present() && !m_value->IsArray())
        return wrong("must be an array");
    if (present() && m_value->Size() > limit)
        return wrong(compose("has more than {} elements", limit), ErrorKind::LimitExceeded);
    return {};
}

Result<void> Node::mustBeObject() const
{
    if (present() && !m_value->IsObject())
        return wrong("must be an object");
    return {};
}

std::unexpected<Error> Node::wrong(std::string_view what, ErrorKind kind) const
{
    return failure(kind, compose("config.json: {} {}", m_path.empty() ? "the document" : m_path, what));
}

Result<void> read(const Node& node, std::string& out)
{
    if (!node.present())
        return {};
    if (!node.value().IsString())
        return node.wrong("must be a string");
    const auto text = textOf(node.value());
    if (text.contains('\0'))
        return node.wrong("contains a NUL");
    out = text;
    return {};
}

Result<void> read(const Node& node, bool& out)
{
    if (!node.present())
        return {};
    if (!node.value().IsBool())
        return node.wrong("must be true or false");
    out = node.value().GetBool();
    return {};
}

Result<void> read(const Node& node, std::vector<std::string>& out)
{
    TRY(node.mustBeArray(kMostStrings));
    if (!node.present())
        return {};
    const JsonValue& list = node.value();
    out.reserve(out.size() + list.Size());
    for (rapidjson::SizeType i = 0; i < list.Size(); ++i) {
        // A profile has hundreds: each gets a path only where something is wrong with it.
        const bool isText = list[i].IsString();
        if (!isText || textOf(list[i]).contains('\0'))
            return Node{&list[i], compose("{}[{}]", node.path(), i)}.wrong(isText ? "contains a NUL"
                                                                                  : "must be a string");
        out.emplace_back(textOf(list[i]));
    }
    return {};
}

Result<void> read(const Node& node, std::map<std::string, std::string>& out)
{
    for (const auto& [key, value] : TRY(node.members())) {
        if (key.find('\0') != std::string::npos)
            return value.wrong("has a NUL in its name");
        TRY(read(value, out[key]));
    }
    return {};
}

} // namespace lamella::oci
