// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/reference.h"
#include "engine/registry/name.h"
#include "helper/background.h"
#include "helper/jobs/jobs.h"
#include "helper/jobs/push_image.h"
#include "helper/objects/image_catalog.h"
#include "helper/objects/image_object.h"
#include "helper/objects/layer_trees.h"
#include "helper/objects/registry_options.h"
#include "helper/objects/text.h"

#include <algorithm>

using namespace Qt::StringLiterals;

// The methods of org.lamella.Lamella1.Image.
namespace lamella::helper {

void ImageObject::change(Background& pool, std::function<Result<void>()> work)
{
    pool.run(std::move(work),
             [&catalog = m_services.catalog, owner = m_image.owner, call = takeCall()](const Result<void>& changed) {
                 catalog.refresh(owner);
                 call.finish(changed);
             });
}

void ImageObject::Remove(const QVariantMap&)
{
    // Layers that go with it may be large.
    change(m_services.removals,
           [&images = m_services.images, owner = m_image.owner, id = m_image.id] { return images.remove(owner, id); });
}

void ImageObject::Tag(const QString& reference, const QVariantMap&)
{
    change(m_services.background,
           [&images = m_services.images, owner = m_image.owner, id = m_image.id, name = reference.toStdString()] {
               return images.tag(owner, id, name);
           });
}

void ImageObject::Untag(const QString& reference, const QVariantMap&)
{
    const std::string name = image::canonicalReference(reference.toStdString());
    if (!std::ranges::contains(m_image.references, name))
        return refuse(ErrorKind::NotFound, "the image does not have that name");
    change(m_services.background,
           [&images = m_services.images, owner = m_image.owner, name] { return images.untag(owner, name); });
}

template <class Work, class Convert>
void ImageObject::read(Work work, Convert convert)
{
    auto place = m_services.readers.take(caller().uid);
    if (!place)
        return refuse(place.error());
    m_services.background.run(std::move(work), [call = takeCall(), place = *place, convert](const auto& result) {
        if (result)
            call.reply(convert(*result));
        else
            call.fail(result.error());
    });
}

dbus::History ImageObject::GetHistory(const QVariantMap&)
{
    read(
        [&images = m_services.images, owner = m_image.owner, id = m_image.id] { return images.history(owner, id, {}); },
        [](const std::vector<image::HistoryEntry>& entries) {
            dbus::History steps;
            for (const image::HistoryEntry& entry : entries) {
                steps.append({quint64(entry.created.count()), fromEngine(entry.createdBy), fromEngine(entry.comment),
                              entry.isEmptyLayer, entry.size.value});
            }
            return QVariantList{QVariant::fromValue(steps)};
        });
    return {};
}

QString ImageObject::Inspect(const QVariantMap&, QString&)
{
    read([&images = m_services.images, owner = m_image.owner, id = m_image.id] { return images.documents(owner, id); },
         [](const image::ImageDocuments& documents) {
             return QVariantList{fromEngine(documents.manifest), fromEngine(documents.config)};
         });
    return {};
}

QDBusUnixFileDescriptor ImageObject::OpenLayers(const QVariantMap& options)
{
    answerLayers(m_services, {m_image, {}}, options, takeCall());
    return {};
}

QDBusObjectPath ImageObject::Push(const QString& reference, const QVariantMap& options)
{
    auto request = registryRequest(m_services, reference, options);
    if (!request)
        return refuse(request.error()), QDBusObjectPath();
    if (!request->name.digest.empty() && !request->name.tag.empty())
        return refuse(ErrorKind::InvalidArgument, "an image is pushed under a tag or under its digest, not under both"),
               QDBusObjectPath();
    auto place = m_services.transfers.take(caller().uid);
    if (!place)
        return refuse(place.error()), QDBusObjectPath();
    const QStringList items{path(), fromEngine(registry::canonicalText(request->name))};
    const auto job = m_services.jobs.start(
        u"push-image"_s, caller().uid, items,
        pushImage(m_services.images, m_image, std::move(*request), m_services.scratch), [place = *place] { });
    if (!job)
        return refuse(job.error()), QDBusObjectPath();
    return QDBusObjectPath((*job)->path());
}

} // namespace lamella::helper
