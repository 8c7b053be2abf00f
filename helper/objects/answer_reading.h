// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/background.h"
#include "helper/dbus/call.h"
#include "helper/objects/quota.h"
#include "helper/objects/services.h"

#include <QMetaObject>

#include <stop_token>
#include <utility>

namespace lamella::helper {

/// Asks `stop` to stop when the caller leaves the bus, until the connection is taken back.
QMetaObject::Connection stopWhenCallerLeaves(const Services& services, const Caller& caller,
                                             const std::stop_source& stop);

/// Does `read(stop)` on a thread, as one of the few that `quota` lets a user have, and answers with what `convert`
/// makes of its result. It is given up when the caller leaves the bus. Main thread only. Errors of the call:
/// LimitExceeded and those of `read`.
template <class Read, class Convert>
void answerReading(Services& services, Quota& quota, const Call& call, Read read, Convert convert)
{
    auto place = quota.take(call.caller().uid);
    if (!place)
        return call.fail(place.error());
    const std::stop_source stop;
    const auto watch = stopWhenCallerLeaves(services, call.caller(), stop);
    services.changes.run([read = std::move(read), stop] { return read(stop); },
                         [call, place = *place, watch, convert](auto result) {
                             QObject::disconnect(watch);
                             if (result)
                                 call.reply(convert(std::move(*result)));
                             else
                                 call.fail(result.error());
                         });
}

} // namespace lamella::helper
