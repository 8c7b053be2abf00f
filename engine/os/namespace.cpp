// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/namespace.h"

#include "engine/os/file.h"

#include <format>
#include <sched.h>

namespace lamella::os {

Result<UniqueFd> openNamespace(pid_t pid, const std::string& kind)
{
    return open(std::format("/proc/{}/ns/{}", pid, kind), O_RDONLY);
}

Result<void> enterNamespace(BorrowedFd target, int type, std::string_view what)
{
    if (::setns(target.get(), type) != 0)
        return systemFailure(std::format("cannot enter {}", what));
    return {};
}

Result<void> unshare(int flags, std::string_view what)
{
    if (::unshare(flags) != 0)
        return systemFailure(std::format("cannot make {}", what));
    return {};
}

Result<void> writeIdMap(pid_t pid, const std::string& file, std::string_view map)
{
    return writeControl(std::format("/proc/{}/{}", pid, file), map);
}

} // namespace lamella::os
