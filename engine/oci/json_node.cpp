// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/oci/json_node.h"

#include "engine/base/compose.h"

namespace lamella::oci {

using nlohmann::json;

namespace {

constexpr std::size_t kMostStrings = 65536;

} // namespace

bool Node::filled() const
{
    if (!present())
        return false;
    if (m_value->is_structured())
        return !m_value->empty();
    if (m_value->is_string())
        return !m_value->get_ref<const std::string&>().empty();
    if (m_value->is_boolean())
        return m_value->get<bool>();
    return *m_value != 0;
}

Node Node::operator[](const std::string& key) const
{
    std::string path = m_path.empty() ? key : m_path + "." + key;
    if (m_value == nullptr || !m_value->is_object())
        return {nullptr, std::move(path)};
    const auto found = m_value->find(key);
    return {found == m_value->end() ? nullptr : &*found, std::move(path)};
}

Result<std::vector<Node>> Node::elements(std::size_t limit) const
{
    TRY(mustBeArray(limit));
    std::vector<Node> nodes;
    if (!present())
        return nodes;
    nodes.reserve(m_value->size());
    for (std::size_t i = 0; i < m_value->size(); ++i)
        nodes.emplace_back(&(*m_value)[i], compose("{}[{}]", m_path, i));
    return nodes;
}

Result<std::vector<std::pair<std::string, Node>>> Node::members() const
{
    std::vector<std::pair<std::string, Node>> all;
    TRY(mustBeObject());
    if (!present())
        return all;
    for (auto member = m_value->begin(); member != m_value->end(); ++member)
        all.emplace_back(member.key(), Node{&member.value(), compose("{}.{}", m_path, member.key())});
    return all;
}

Result<void> Node::mustBeArray(std::size_t limit) const
{
    if (present() && !m_value->is_array())
        return wrong("must be an array");
    if (present() && m_value->size() > limit)
        return wrong(compose("has more than {} elements", limit), ErrorKind::LimitExceeded);
    return {};
}

Result<void> Node::mustBeObject() const
{
    if (present() && !m_value->is_object())
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
    if (!node.value().is_string())
        return node.wrong("must be a string");
    const auto& text = node.value().get_ref<const std::string&>();
    if (text.find('\0') != std::string::npos)
        return node.wrong("contains a NUL");
    out = text;
    return {};
}

Result<void> read(const Node& node, bool& out)
{
    if (!node.present())
        return {};
    if (!node.value().is_boolean())
        return node.wrong("must be true or false");
    out = node.value().get<bool>();
    return {};
}

Result<void> read(const Node& node, std::vector<std::string>& out)
{
    TRY(node.mustBeArray(kMostStrings));
    if (!node.present())
        return {};
    const json& list = node.value();
    out.reserve(out.size() + list.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
        // A profile has hundreds: each gets a path only where something is wrong with it.
        const auto* const text = list[i].get_ptr<const std::string*>();
        if (text == nullptr || text->find('\0') != std::string::npos)
            return Node{&list[i], compose("{}[{}]", node.path(), i)}.wrong(
                text == nullptr ? "must be a string" : "contains a NUL");
        out.push_back(*text);
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
