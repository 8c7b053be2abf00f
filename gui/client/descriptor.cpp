// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/descriptor.h"

#include <unistd.h>

namespace lamella::client {

Descriptor::~Descriptor()
{
    if (m_fd >= 0)
        ::close(m_fd);
}

} // namespace lamella::client
