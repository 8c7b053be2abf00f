// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/bus.h"
#include "resources/dbus/types.h"

/// Private to this folder.
namespace lamella::client {

/// SummarizeChanges of a container, or of one in the trash.
template <class Proxy>
Pending<ChangeSummary> askForSummary(Bus* bus, const QString& path)
{
    return bus->ask<ChangeSummary, Proxy>(
        path, kReading, [](Proxy& proxy) { return proxy.SummarizeChanges({}); },
        [](const Promise<ChangeSummary>& promise, const auto& reply) {
            const auto files = [](const dbus::PathNumbers& numbers) {
                std::vector<ChangeSummary::File> all;
                for (const dbus::PathNumber& one : numbers)
                    all.push_back({QString::fromUtf8(one.path), one.number});
                return all;
            };
            promise.give(ChangeSummary{reply.template argumentAt<0>(), reply.template argumentAt<1>(),
                                       files(reply.template argumentAt<2>()), files(reply.template argumentAt<3>())});
        });
}

} // namespace lamella::client
