// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <functional>

class QObject;

namespace lamella::helper {

/// Calls `then` on the event loop of `context` when SIGTERM, SIGINT or SIGHUP comes. Signals are handled, not blocked:
/// a mask would be inherited by every shim. Called once.
Result<void> onTermination(QObject* context, std::function<void()> then);

/// Tells the service manager that we are ready, where there is one (sd_notify(3), $NOTIFY_SOCKET).
void notifyReady();

} // namespace lamella::helper
