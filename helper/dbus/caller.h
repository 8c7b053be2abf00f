// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include <sys/types.h>

namespace lamella::helper {

/// Who sent a message, as the bus daemon vouches for it; nothing of it comes from the message's body.
struct Caller {
    QString busName; ///< unique name, ":1.42"
    uid_t uid = uid_t(-1);
    pid_t pid = 0; ///< for the log only: a PID may be another process by now
};

} // namespace lamella::helper
