// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/challenge.h"

#include "engine/registry/limits.h"
#include "engine/registry/scanner.h"

#include <algorithm>

namespace lamella::registry {

namespace {

constexpr std::size_t kMost = 16; // challenges, and parameters of each

std::unexpected<Error> notUnderstood()
{
    return failure(ErrorKind::InvalidArgument, "the server asks for a login in a way that is not understood");
}

// "Negotiate YII=": what stands alone after a scheme.
bool skipToken68(Scanner& scanner)
{
    Scanner ahead = scanner;
    if (ahead.takeWhile(isToken68).empty())
        return false;
    ahead.takeWhile([](char c) { return c == '='; });
    ahead.skipSpace();
    if (!ahead.atEnd() && ahead.peek() != ',')
        return false;
    scanner = ahead;
    return true;
}

Result<void> readParameter(Scanner& scanner, std::string name, Challenge& challenge)
{
    auto value
        = scanner.peek() == '"' ? scanner.takeQuoted() : std::optional{std::string{scanner.takeWhile(isTokenChar)}};
    if (!value || value->empty() || challenge.parameters.size() >= kMost
        || !challenge.parameters.emplace(std::move(name), std::move(*value)).second)
        return notUnderstood();
    return {};
}

} // namespace

Result<std::vector<Challenge>> parseChallenges(std::string_view header)
{
    if (header.size() > limits::kHeader)
        return failure(ErrorKind::LimitExceeded, "the server's request for a login is too long");
    std::vector<Challenge> challenges;
    Scanner scanner{header};
    for (;;) {
        scanner.takeWhile([](char c) { return c == ' ' || c == '\t' || c == ','; });
        if (scanner.atEnd())
            return challenges;
        auto word = lowered(scanner.takeWhile(isTokenChar));
        if (word.empty())
            return notUnderstood();
        const bool spaced = scanner.skipSpace();
        if (scanner.take('=')) {
            scanner.skipSpace();
            if (challenges.empty())
                return notUnderstood();
            TRY(readParameter(scanner, std::move(word), challenges.back()));
        } else {
            if (challenges.size() >= kMost)
                return notUnderstood();
            challenges.push_back({std::move(word), {}});
            if (spaced && !scanner.atEnd() && scanner.peek() != ',' && !skipToken68(scanner))
                continue; // its first parameter
        }
        scanner.skipSpace();
        if (!scanner.atEnd() && scanner.peek() != ',')
            return notUnderstood();
    }
}

} // namespace lamella::registry
