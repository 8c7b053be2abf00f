// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/answer_reading.h"

#include "helper/dbus/peers.h"

namespace lamella::helper {

QMetaObject::Connection stopWhenCallerLeaves(const Services& services, const Caller& caller,
                                             const std::stop_source& stop)
{
    return QObject::connect(&services.peers, &Peers::left, &services.peers,
                            [stop, reader = caller.busName](const QString& left) mutable {
                                if (left == reader)
                                    stop.request_stop();
                            });
}

} // namespace lamella::helper
