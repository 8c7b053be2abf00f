// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"

#include <QEventLoop>
#include <QTimer>

namespace lamella::bench {

/// Runs the event loop until `done`, for at most a minute.
template <class Done>
Result<void> waitUntil(const Done& done)
{
    QEventLoop loop;
    QTimer limit;
    limit.setSingleShot(true);
    QObject::connect(&limit, &QTimer::timeout, &loop, &QEventLoop::quit);
    limit.start(60'000);
    while (!done()) {
        loop.processEvents(QEventLoop::WaitForMoreEvents);
        if (!limit.isActive())
            return failure(ErrorKind::Failed, "the window did not come to an end");
    }
    return {};
}

} // namespace lamella::bench
