// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/brief_pause.h"

#include "engine/base/log.h"
#include "engine/os/file.h"

#include <unistd.h>

namespace lamella::container {

namespace {

std::filesystem::path markOf(const ContainerManager& containers, const std::string& id)
{
    return containers.upperDirectory(id).parent_path() / "frozen";
}

bool isFrozenBriefly(const ContainerManager& containers, const std::string& id)
{
    return ::access(markOf(containers, id).c_str(), F_OK) == 0;
}

} // namespace

void freezeBriefly(ContainerManager& containers, const std::string& id, Reply<void> reply)
{
    const auto mark = markOf(containers, id);
    // What a reboot forgets anyway need not be on the disk.
    if (auto marked = os::replaceFile(mark, "", 0600, os::Sync::No); !marked)
        return reply(std::move(marked));
    containers.pause(id, [mark, reply = std::move(reply)](const Result<void>& paused) {
        if (!paused)
            ::unlink(mark.c_str());
        reply(paused);
    });
}

void thaw(ContainerManager& containers, const std::string& id)
{
    if (containers.find(id) == nullptr || !isFrozenBriefly(containers, id))
        return;
    containers.resume(id, [mark = markOf(containers, id), id](const Result<void>& resumed) {
        if (!resumed && resumed.error().kind != ErrorKind::WrongState)
            log::error("cannot let {} go on: {}", id, resumed.error().message);
        ::unlink(mark.c_str());
    });
}

void thawForgotten(ContainerManager& containers)
{
    for (const std::string& id : containers.ids())
        thaw(containers, id);
}

} // namespace lamella::container
