// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/bus.h"
#include "gui/client/client.h"
#include "gui/client/layer_tree.h"

#include <QDBusObjectPath>

/// Private to this folder: OpenLayers, which containers and images have alike.
namespace lamella::client {

template <class Proxy>
Pending<LayerTreePtr> askForLayers(Bus* bus, const QString& path, const QString& compareWith)
{
    QVariantMap options;
    if (!compareWith.isEmpty())
        options.insert(QStringLiteral("compare_with"), QVariant::fromValue(QDBusObjectPath(compareWith)));
    return bus->ask<LayerTreePtr, Proxy>(
        path, kReading, [&](Proxy& proxy) { return proxy.OpenLayers(options); },
        [bus](const Promise<LayerTreePtr>& promise, const auto& reply) {
            // std::function wants what it holds to be copyable; the answer goes back to the client's own thread, and
            // the client waits for its threads before it dies.
            auto file = std::make_shared<Descriptor>(duplicate(reply.value()));
            bus->threads().start([promise, file, client = bus->client()] {
                auto tree = std::make_shared<Outcome<LayerTreePtr>>(LayerTree::open(*file));
                QMetaObject::invokeMethod(
                    client, [promise, tree] { promise.give(std::move(*tree)); }, Qt::QueuedConnection);
            });
        });
}

} // namespace lamella::client
