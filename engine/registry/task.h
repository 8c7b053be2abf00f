// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/registry/session.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <vector>

namespace lamella::registry {

/// One request that the fetcher works on, in a thread of its own.
struct Task {
    Request request;
    UniqueFd descriptor; ///< what came with the request
    Stop stop;
    Known& known;
    std::function<void(Bytes)> progress;
};

/// What a request is answered with.
struct Answer {
    nlohmann::json result;
    std::vector<UniqueFd> descriptors;
};

Result<Answer> resolve(Task& task);
Result<Answer> fetchBlob(Task& task);
Result<Answer> listTags(Task& task);
Result<Answer> checkLogin(Task& task);

Result<Answer> hasBlob(Task& task);
Result<Answer> mountBlob(Task& task);
Result<Answer> uploadBlob(Task& task);
Result<Answer> putManifest(Task& task);

/// A sealed file in memory with this content.
Result<UniqueFd> memoryFile(std::string_view content);

/// Asks the mirrors in turn, and then the registry, until one can do it; the error is the registry's. `mayGoOn` says
/// whether another would help at all.
template <class Use, class MayGoOn>
auto atEndpoints(Task& task, Use use, MayGoOn mayGoOn) -> decltype(use(std::declval<Session&>()))
{
    const auto& access = task.request.access;
    const auto at = [&](const Endpoint& endpoint) {
        Session session{task.request.name, access, endpoint, task.stop, task.known};
        session.needs(task.request.name.repository, "pull");
        return use(session);
    };
    for (const auto& mirror : access.mirrors) {
        auto result = at(mirror);
        if (result || result.error().kind == ErrorKind::Cancelled || !mayGoOn())
            return result;
    }
    return at(access.registry);
}

} // namespace lamella::registry
