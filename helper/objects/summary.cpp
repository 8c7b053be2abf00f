// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/summary.h"

#include "helper/background.h"
#include "helper/dbus/peers.h"
#include "resources/dbus/types.h"

namespace lamella::helper {

namespace {

dbus::PathNumbers pathNumbers(const std::vector<ChangeSummary::File>& files)
{
    dbus::PathNumbers numbers;
    for (const auto& file : files)
        numbers.append({QByteArray::fromStdString(file.path), file.number});
    return numbers;
}

} // namespace

ChangeSource changeSourceOf(const Services& services, layer::OverlayDirectories directories,
                            const container::Container& container)
{
    ChangeSource source{std::move(directories), {}, {}};
    if (const auto image = services.images.find(container.owner, container.imageId)) {
        for (const image::Layer& layer : image->layers)
            source.diffIds.push_back(layer.diffId);
    }
    return source;
}

QMetaObject::Connection stopWhenCallerLeaves(const Services& services, const Caller& caller,
                                             const std::stop_source& stop)
{
    return QObject::connect(&services.peers, &Peers::left, &services.peers,
                            [stop, reader = caller.busName](const QString& left) mutable {
                                if (left == reader)
                                    stop.request_stop();
                            });
}

void answerSummary(Services& services, const Call& call, ChangeSource source)
{
    auto place = services.changeLists.take(call.caller().uid);
    if (!place)
        return call.fail(place.error());
    std::stop_source stop;
    const auto watch = stopWhenCallerLeaves(services, call.caller(), stop);
    services.changes.run([source = std::move(source), stop] { return summarizeChanges(source, stop.get_token()); },
                         [call, place = *place, watch](const Result<ChangeSummary>& summary) {
                             QObject::disconnect(watch);
                             if (!summary)
                                 return call.fail(summary.error());
                             call.reply({qulonglong(summary->paths), qulonglong(summary->bytes.value),
                                         QVariant::fromValue(pathNumbers(summary->largest)),
                                         QVariant::fromValue(pathNumbers(summary->newest))});
                         });
}

} // namespace lamella::helper
