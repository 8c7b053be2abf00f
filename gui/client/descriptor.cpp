// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/descriptor.h"

#include <algorithm>
#include <unistd.h>

namespace lamella::client {

Descriptor::~Descriptor()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

QByteArray readAll(const Descriptor& file)
{
    constexpr qsizetype kPiece = 1024 * 1024;
    QByteArray content;
    for (;;) {
        const qsizetype before = content.size();
        content.resize(before + kPiece);
        const ssize_t got = ::pread(file.get(), content.data() + before, kPiece, before);
        content.resize(before + std::max<ssize_t>(got, 0));
        if (got <= 0)
            return content;
    }
}

} // namespace lamella::client
