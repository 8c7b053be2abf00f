// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/summary.h"

#include "helper/objects/answer_reading.h"
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

void answerSummary(Services& services, const Call& call, ChangeSource source)
{
    answerReading(
        services, services.changeLists, call,
        [source = std::move(source)](const std::stop_source& stop) {
            return summarizeChanges(source, stop.get_token());
        },
        [](const ChangeSummary& summary) {
            return QVariantList{qulonglong(summary.paths), qulonglong(summary.bytes.value),
                                QVariant::fromValue(pathNumbers(summary.largest)),
                                QVariant::fromValue(pathNumbers(summary.newest))};
        });
}

} // namespace lamella::helper
