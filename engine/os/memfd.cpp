// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/os/memfd.h"

#include "engine/base/compose.h"
#include "engine/os/file.h"

#include <sys/mman.h>
#include <sys/sendfile.h>

namespace lamella::os {

namespace {
constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
} // namespace

Result<UniqueFd> makeMemfd(const std::string& name)
{
    int fd = ::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    if (fd < 0 && errno == EINVAL) // before Linux 6.3 there is no MFD_EXEC
        fd = ::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return systemFailure(compose("cannot make the memory file {}", name));
    return UniqueFd{fd};
}

Result<void> seal(BorrowedFd memfd)
{
    if (::fcntl(memfd.get(), F_ADD_SEALS, kSeals) != 0)
        return systemFailure("cannot seal a memory file");
    return {};
}

Result<UniqueFd> sealedCopy(const std::string& name, BorrowedFd source)
{
    UniqueFd memfd = TRY(makeMemfd(name));
    off_t offset = 0;
    for (;;) {
        const ssize_t n = ::sendfile(memfd.get(), source.get(), &offset, 1u << 30);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return systemFailure(compose("cannot copy to the memory file {}", name));
        if (n == 0)
            break;
    }
    TRY(seal(memfd.borrow()));
    return memfd;
}

bool isSealed(BorrowedFd file)
{
    const int seals = ::fcntl(file.get(), F_GET_SEALS);
    return seals >= 0 && (seals & kSeals) == kSeals;
}

} // namespace lamella::os
