// SPDX-License-Identifier: GPL-3.0-or-later
// lamella-fetcher: talks to registries for the helper, after giving up its rights. Descriptor 3 is the socket over
// which requests come (protocol.h); it ends when that is closed.
#include "engine/image/confinement.h"
#include "engine/os/socket.h"
#include "engine/registry/fetcher_root.h"
#include "engine/registry/protocol.h"
#include "engine/registry/service.h"

#include <nlohmann/json.hpp>

#include <QCoreApplication>

#include <csignal>
#include <cstdlib>
#include <unistd.h>

using namespace lamella;

namespace {

constexpr BorrowedFd kSocket{3};

Result<void> prepare()
{
    TRY(image::bindToParent(kSocket, kSocket.get() + 1));
    TRY(image::volunteerForOom());
    return registry::confine();
}

void sayError(const Error& error)
{
    auto message = registry::toJson(error);
    message["id"] = 0; // of no request: of all
    std::ignore = os::sendDatagram(kSocket, message.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

} // namespace

int main(int argc, char** argv)
{
    ::signal(SIGPIPE, SIG_IGN);
    ::setenv("LC_ALL", "C.UTF-8", 1); // Qt's demand
    ::setenv("QT_NO_GLIB", "1", 1);
    auto result = prepare();
    if (result) {
        const QCoreApplication application{argc, argv};
        result = registry::serve(kSocket);
        if (!result)
            sayError(result.error());
        ::_exit(result ? 0 : 1); // threads may still be at work
    }
    sayError(result.error());
    return 1;
}
