// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/options.h"

#include "engine/base/compose.h"
#include "engine/runtime/cli/option_table.h"

#include <algorithm>

namespace lamella::runtime::cli {

namespace {

/// A file name's length (NAME_MAX).
constexpr std::size_t kMaxId = 255;

class Parser {
public:
    explicit Parser(const std::vector<std::string>& arguments)
        : m_arguments(arguments)
    {
    }

    Result<Options> parse()
    {
        for (; m_at < m_arguments.size(); ++m_at) {
            const std::string& word = m_arguments[m_at];
            if (isForeign())
                m_options.rest.push_back(word);
            else if (word == "--" && !m_onlyWords)
                m_onlyWords = true;
            else if (word.starts_with('-') && word.size() > 1 && !m_onlyWords)
                TRY(option(word));
            else
                TRY(takeWord(word));
        }
        TRY(check());
        return std::move(m_options);
    }

private:
    /// What follows the id of exec and ps is another program's.
    bool isForeign() const { return m_rule != nullptr && m_rule->restIsForeign && m_hasId; }

    std::string commandName() const { return m_rule == nullptr ? "lamella-runtime" : std::string{m_rule->name}; }

    /// "--name", "--name value", "--name=value", each also with one dash, as Go's programs take them.
    Result<void> option(const std::string& word)
    {
        const std::size_t start = word.starts_with("--") ? 2 : 1;
        const std::size_t equals = word.find('=', start);
        const std::string name = word.substr(start, equals == std::string::npos ? equals : equals - start);
        if (name == "help" || name == "h") {
            m_options.help = true;
            return {};
        }
        const OptionRule* rule = findOption(m_options.command, name);
        if (rule == nullptr)
            return failure(ErrorKind::InvalidArgument,
                           compose("{} has no option {}", commandName(), word.substr(0, equals)));
        if (equals != std::string::npos)
            return rule->set(m_options, rule->name, word.substr(equals + 1));
        if (rule->value.empty())
            return rule->set(m_options, rule->name, "true");
        if (m_at + 1 == m_arguments.size())
            return failure(ErrorKind::InvalidArgument, compose("--{} needs a value", rule->name));
        return rule->set(m_options, rule->name, m_arguments[++m_at]);
    }

    Result<void> takeWord(const std::string& word)
    {
        if (m_rule == nullptr)
            return takeCommand(word);
        if (m_rule->takesId && !m_hasId) {
            m_options.id = word;
            m_hasId = true;
            return {};
        }
        if (m_options.rest.size() >= m_rule->most)
            return failure(ErrorKind::InvalidArgument, compose("\"{}\" is more than {} takes", word, m_rule->name));
        m_options.rest.push_back(word);
        return {};
    }

    Result<void> takeCommand(const std::string& word)
    {
        if (word == "help") {
            m_options.help = true;
            return {};
        }
        m_rule = findCommand(word);
        if (m_rule == nullptr)
            return failure(ErrorKind::InvalidArgument, compose("there is no command {}", word));
        m_options.command = m_rule->command;
        return {};
    }

    Result<void> check() const
    {
        if (m_options.help || (m_options.version && m_rule == nullptr))
            return {};
        if (m_rule == nullptr)
            return failure(ErrorKind::InvalidArgument, "a command is missing");
        if (m_rule->takesId)
            TRY(checkId(m_options.id));
        if (m_options.command == Command::Exec && m_options.rest.empty() == m_options.process.empty())
            return failure(ErrorKind::InvalidArgument, "exec takes either a program or --process");
        return {};
    }

    const std::vector<std::string>& m_arguments;
    std::size_t m_at = 0;
    const CommandRule* m_rule = nullptr;
    bool m_hasId = false;
    bool m_onlyWords = false;
    Options m_options;
};

} // namespace

Result<void> checkId(const std::string& id)
{
    if (id.empty())
        return failure(ErrorKind::InvalidArgument, "the id of the container is missing");
    const bool plain = std::ranges::all_of(id, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '+'
            || c == '-' || c == '.';
    });
    if (!plain || id == "." || id == ".." || id.size() > kMaxId)
        return failure(ErrorKind::InvalidArgument, compose("invalid container ID format: \"{}\"", id));
    return {};
}

Result<Options> parseOptions(const std::vector<std::string>& arguments)
{
    return Parser{arguments}.parse();
}

} // namespace lamella::runtime::cli
