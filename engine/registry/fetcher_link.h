// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/registry/fetcher.h"
#include "engine/registry/protocol.h"

#include <nlohmann/json.hpp>

#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

namespace lamella::registry {

/// The process and the socket to it. One thread starts it (the kernel ends it with that thread: PR_SET_PDEATHSIG) and
/// reads what it says for as long as this lives.
class Fetcher::Link {
public:
    struct Reply {
        nlohmann::json result;
        std::vector<UniqueFd> descriptors;
    };

    static Result<std::unique_ptr<Link>> start(std::filesystem::path program);
    ~Link();

    /// Sends a request, with its number given here, and waits for its answer.
    Result<Reply> call(Request request, BorrowedFd descriptor, const std::function<void(Bytes)>& progress,
                       std::stop_token stop);

private:
    struct Waiting {
        std::optional<Result<Reply>> reply;
        const std::function<void(Bytes)>* progress;
    };

    Link() = default;
    Result<UniqueFd> spawn(const std::filesystem::path& program);
    void run(const std::filesystem::path& program, std::stop_token stop);
    Result<void> readAll();
    Result<void> take(std::string_view text, std::vector<UniqueFd> descriptors);
    void endAll(const Error& error);
    Result<std::uint64_t> send(Request& request, BorrowedFd descriptor, const std::function<void(Bytes)>& progress);

    std::mutex m_mutex;
    std::condition_variable_any m_changed;
    std::map<std::uint64_t, Waiting> m_waiting;
    std::optional<Result<void>> m_started;
    std::optional<Error> m_ended;
    std::uint64_t m_lastId = 0;
    UniqueFd m_socket;
    std::jthread m_thread; // last, so that it ends first
};

} // namespace lamella::registry
