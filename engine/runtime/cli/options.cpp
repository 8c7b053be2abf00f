// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/runtime/cli/options.h"

#include <algorithm>
#include <array>
#include <format>
#include <functional>

namespace lamella::runtime::cli {

namespace {

constexpr std::array<std::string_view, 8> kCommandNames{"create", "run",  "start",  "exec",
                                                        "state",  "kill", "delete", "list"};

struct Flag {
    std::string_view name;
    bool Options::* target;
};
constexpr std::array kFlags{Flag{"--tty", &Options::terminal},  Flag{"-t", &Options::terminal},
                            Flag{"--detach", &Options::detach}, Flag{"-d", &Options::detach},
                            Flag{"--all", &Options::all},       Flag{"-a", &Options::all},
                            Flag{"--force", &Options::force},   Flag{"-f", &Options::force}};

struct PathOption {
    std::string_view name;
    std::filesystem::path Options::* target;
};
constexpr std::array kPaths{
    PathOption{"--root", &Options::root},        PathOption{"--bundle", &Options::bundle},
    PathOption{"-b", &Options::bundle},          PathOption{"--console-socket", &Options::consoleSocket},
    PathOption{"--pid-file", &Options::pidFile}, PathOption{"--process", &Options::process},
    PathOption{"-p", &Options::process}};

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
            if (!m_options.id.empty() && !mayFollowId(word))
                m_options.rest.push_back(word);
            else if (word.starts_with('-') && word.size() > 1)
                TRY(option(word));
            else if (m_options.command.empty())
                TRY(command(word));
            else
                TRY(id(word));
        }
        return check();
    }

private:
    /// After its id, kill still takes --all; what follows the id of an exec is the program's.
    bool mayFollowId(const std::string& word) const { return m_options.command == "kill" && word.starts_with("-"); }

    Result<void> option(const std::string& word)
    {
        const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
        const std::string name = word.substr(0, equals);
        if (const auto* flag = std::ranges::find(kFlags, name, &Flag::name); flag != kFlags.end()) {
            m_options.*(flag->target) = true;
            return {};
        }
        const auto* path = std::ranges::find(kPaths, name, &PathOption::name);
        if (path == kPaths.end() && name != "--log-level")
            return failure(ErrorKind::InvalidArgument, std::format("there is no option {}", name));
        if (equals == std::string::npos && m_at + 1 == m_arguments.size())
            return failure(ErrorKind::InvalidArgument, std::format("{} needs a value", name));
        const std::string value = equals == std::string::npos ? m_arguments[++m_at] : word.substr(equals + 1);
        if (path != kPaths.end())
            m_options.*(path->target) = value;
        else
            m_options.logLevel = TRY(log::levelFromName(value));
        return {};
    }

    Result<void> command(const std::string& word)
    {
        if (!std::ranges::contains(kCommandNames, std::string_view{word}))
            return failure(ErrorKind::InvalidArgument, std::format("there is no command {}", word));
        m_options.command = word;
        return {};
    }

    /// The id names a directory and a cgroup.
    Result<void> id(const std::string& word)
    {
        const bool plain = std::ranges::all_of(
            word, [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-' || c == '.' || c == '+'; });
        if (!plain || word.empty() || word.starts_with('.') || word.size() > 128)
            return failure(ErrorKind::InvalidArgument, std::format("\"{}\" cannot name a container", word));
        m_options.id = word;
        return {};
    }

    Result<Options> check()
    {
        if (m_options.command.empty())
            return failure(ErrorKind::InvalidArgument, "a command is missing");
        if (m_options.command != "list" && m_options.id.empty())
            return failure(ErrorKind::InvalidArgument, "the id of the container is missing");
        const bool takesRest = m_options.command == "exec" || m_options.command == "kill";
        if (!m_options.rest.empty() && !takesRest)
            return failure(ErrorKind::InvalidArgument,
                           std::format("\"{}\" is more than {} takes", m_options.rest.front(), m_options.command));
        if (m_options.command == "exec" && m_options.rest.empty() == m_options.process.empty())
            return failure(ErrorKind::InvalidArgument, "exec takes either a program or --process");
        return std::move(m_options);
    }

    const std::vector<std::string>& m_arguments;
    std::size_t m_at = 0;
    Options m_options;
};

} // namespace

Result<Options> parseOptions(const std::vector<std::string>& arguments)
{
    return Parser{arguments}.parse();
}

} // namespace lamella::runtime::cli
