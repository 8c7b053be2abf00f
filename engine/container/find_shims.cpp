// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/find_shims.h"

#include "engine/base/log.h"
#include "engine/container/shim_link.h"

#include <algorithm>
#include <cerrno>
#include <list>
#include <optional>
#include <poll.h>
#include <vector>

namespace lamella::container {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kSerial = ~std::uint64_t{0}; // never one of a link's
/// How soon a shim whose queue of connections is full is tried again.
constexpr std::chrono::milliseconds kRetry{20};

struct Candidate {
    std::string id;
    std::filesystem::path run;
    std::optional<ShimProcess> process; ///< once connected
    std::optional<Result<nlohmann::json>> state; ///< once answered
};

/// False where there is no shim.
bool tryToConnect(Candidate& candidate)
{
    auto process = connectToShim(candidate.run);
    if (!process)
        return process.error().errnum == EAGAIN;
    candidate.process = std::move(*process);
    if (auto asked = shim::send(candidate.process->connection.borrow(), {{"request", "state"}, {"serial", kSerial}});
        !asked)
        candidate.state = std::unexpected(std::move(asked).error());
    return true;
}

void readAnswer(Candidate& candidate)
{
    auto message = shim::receive(candidate.process->connection.borrow());
    if (!message && (message.error().errnum == EAGAIN || message.error().errnum == EINTR))
        return;
    if (!message)
        candidate.state = std::unexpected(std::move(message).error());
    else if (!*message)
        candidate.state = failure(ErrorKind::NotFound, "the shim has gone");
    else if (serialIn((*message)->body) == kSerial)
        candidate.state
            = resultOf(std::move(**message)).transform([](shim::Message answer) { return std::move(answer.body); });
}

/// One round: waits for the connected ones at most `timeout`.
void readAnswers(std::list<Candidate>& candidates, std::chrono::milliseconds timeout)
{
    std::vector<pollfd> polls;
    std::vector<Candidate*> asked;
    for (Candidate& candidate : candidates) {
        if (!candidate.process || candidate.state)
            continue;
        polls.push_back({candidate.process->connection.get(), POLLIN, 0});
        asked.push_back(&candidate);
    }
    ::poll(polls.data(), polls.size(), static_cast<int>(timeout.count()));
    for (std::size_t i = 0; i < polls.size(); ++i) {
        if (polls[i].revents != 0)
            readAnswer(*asked[i]);
    }
}

} // namespace

std::map<std::string, FoundShim> findShims(const std::map<std::string, std::filesystem::path>& runDirectories,
                                           std::chrono::milliseconds timeout)
{
    std::list<Candidate> candidates;
    for (const auto& [id, run] : runDirectories)
        candidates.push_back({id, run, {}, {}});
    const auto end = Clock::now() + timeout;
    for (;;) {
        candidates.remove_if([](Candidate& one) { return !one.process && !tryToConnect(one); });
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
        if (left.count() <= 0 || std::ranges::all_of(candidates, [](const auto& one) { return one.state.has_value(); }))
            break;
        const bool connected = std::ranges::all_of(candidates, [](const auto& one) { return one.process.has_value(); });
        readAnswers(candidates, connected ? left : std::min(left, kRetry));
    }
    std::map<std::string, FoundShim> found;
    for (Candidate& one : candidates) {
        if (!one.process)
            log::error("the shim of {} takes no connection", one.id);
        else
            found.emplace(one.id,
                          FoundShim{std::move(*one.process),
                                    std::move(one.state).value_or(
                                        failure(ErrorKind::Failed, "the container's shim does not answer"))});
    }
    return found;
}

} // namespace lamella::container
