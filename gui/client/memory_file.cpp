// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/memory_file.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace lamella::client {

Descriptor sealedFile(const QByteArray& content)
{
    Descriptor file(::memfd_create("lamella-content", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    for (qsizetype done = 0; file.isValid() && done < content.size();) {
        const ssize_t written
            = ::write(file.get(), content.constData() + done, static_cast<std::size_t>(content.size() - done));
        if (written < 0 && errno != EINTR)
            return {};
        done += std::max<ssize_t>(written, 0);
    }
    constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    if (!file.isValid() || ::fcntl(file.get(), F_ADD_SEALS, kSeals) != 0)
        return {};
    return file;
}

} // namespace lamella::client
