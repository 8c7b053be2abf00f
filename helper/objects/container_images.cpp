// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/container/brief_pause.h"
#include "helper/jobs/commit_container.h"
#include "helper/jobs/image_archives.h"
#include "helper/jobs/jobs.h"
#include "helper/objects/container_object.h"
#include "helper/objects/descriptors.h"
#include "helper/objects/image_catalog.h"
#include "helper/objects/requests.h"

#include <QDBusArgument>

#include <fcntl.h>

using namespace Qt::StringLiterals;

// The methods of org.lamella.Lamella1.Container that make images and archives of it.
namespace lamella::helper {

QDBusObjectPath ContainerObject::Commit(const QString& reference, const QVariantMap& options)
{
    auto settings = newImageSettings(reference, options);
    if (!settings)
        return refuse(settings.error()), QDBusObjectPath();
    const auto paths = qdbus_cast<QByteArrayList>(options.value(u"paths"_s));
    auto selected = paths.isEmpty() ? Result<std::vector<std::string>>{} : insidePaths(paths);
    if (!selected)
        return refuse(selected.error()), QDBusObjectPath();
    auto place = m_services.archives.take(caller().uid);
    if (!place)
        return refuse(place.error()), QDBusObjectPath();
    const bool pauses = m_container.state == container::State::Running && options.value(u"pause"_s, true).toBool();
    CommitRequest request{m_container.owner, m_container.imageId, m_services.containers.overlay(m_container.id),
                          layer::PathSelection{std::move(*selected)}, std::move(*settings)};
    const auto begin = [&services = m_services, request = std::move(request), id = m_container.id, item = path(),
                        place = *place, call = takeCall()](const Result<void>& paused) {
        // What has ended meanwhile changes no more.
        if (!paused && paused.error().kind != ErrorKind::WrongState)
            return call.fail(paused.error());
        const auto goOn = [&containers = services.containers, id] { container::thaw(containers, id); };
        auto work = commitContainer(services.images, request, [&containers = services.containers, goOn] {
            QMetaObject::invokeMethod(&containers, goOn, Qt::QueuedConnection);
        });
        const auto ended = [&catalog = services.catalog, owner = request.owner, goOn, place] {
            goOn(); // also where it failed before it came so far
            catalog.refresh(owner);
        };
        const auto job = services.jobs.start(u"commit-container"_s, call.caller().uid, {item}, std::move(work), ended);
        if (job)
            return call.reply({QVariant::fromValue(QDBusObjectPath((*job)->path()))});
        goOn();
        call.fail(job.error());
    };
    if (pauses)
        container::freezeBriefly(m_services.containers, m_container.id, begin);
    else
        begin({});
    return {};
}

QDBusObjectPath ContainerObject::Export(const QDBusUnixFileDescriptor& file, const QVariantMap&)
{
    auto opened = takeWritableFile(file, "the archive");
    if (!opened)
        return refuse(opened.error()), QDBusObjectPath();
    auto place = m_services.archives.take(caller().uid);
    if (!place)
        return refuse(place.error()), QDBusObjectPath();
    const auto job = m_services.jobs.start(
        u"export-container"_s, caller().uid, {path()},
        exportContainer(m_services.containers.overlay(m_container.id), std::move(*opened)), [place = *place] { });
    if (!job)
        return refuse(job.error()), QDBusObjectPath();
    return QDBusObjectPath((*job)->path());
}

QDBusObjectPath ContainerObject::SaveChanges(const QByteArrayList& paths, const QDBusUnixFileDescriptor& file,
                                             const QVariantMap&)
{
    auto selected = insidePaths(paths);
    if (!selected)
        return refuse(selected.error()), QDBusObjectPath();
    auto opened = takeTarget(file, "what the changes are saved to");
    if (!opened)
        return refuse(opened.error()), QDBusObjectPath();
    auto place = m_services.archives.take(caller().uid);
    if (!place)
        return refuse(place.error()), QDBusObjectPath();
    const bool isDirectory = (::fcntl(opened->get(), F_GETFL) & O_ACCMODE) == O_RDONLY; // a file is written to
    auto parts = m_services.containers.overlay(m_container.id);
    layer::PathSelection selection{std::move(*selected)};
    const auto job = m_services.jobs.start(
        u"save-changes"_s, caller().uid, {path()},
        isDirectory ? keepChanges(std::move(parts), std::move(selection), std::move(*opened), caller().uid)
                    : saveChanges(std::move(parts), std::move(selection), std::move(*opened)),
        [place = *place] { });
    if (!job)
        return refuse(job.error()), QDBusObjectPath();
    return QDBusObjectPath((*job)->path());
}

} // namespace lamella::helper
