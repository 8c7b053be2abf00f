// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/registry/task.h"

namespace lamella::registry {

namespace {

/// What a registry says to a login; any success is a yes.
Outcome<void> present(Session& session, const Name& name)
{
    HttpRequest request;
    request.url = session.rootUrl();
    const auto answer = TRY(session.send(std::move(request)));
    if (answer.status == 401 || answer.status == 403)
        return failure(ErrorKind::RegistryDenied,
                       std::format("{} does not accept the login: check user name and password", name.registry));
    if (answer.status < 200 || answer.status > 299)
        return std::unexpected(session.refusal(answer, "interface of a registry"));
    return {};
}

} // namespace

Result<Answer> checkLogin(Task& task)
{
    const auto& request = task.request;
    // No scope: a token server then says of the login alone whether it is right.
    Session session{request.name, request.access, request.access.registry, task.stop, task.known};
    TRY(session.retry([&] { return present(session, request.name); }));
    return Answer{{{"asked", session.wasAskedForLogin()}}, {}};
}

} // namespace lamella::registry
