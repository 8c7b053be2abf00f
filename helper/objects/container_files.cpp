// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/background.h"
#include "helper/objects/container_object.h"
#include "helper/objects/file_list.h"
#include "helper/objects/requests.h"

using namespace Qt::StringLiterals;

// The methods of org.lamella.Lamella1.Container about its files.
namespace lamella::helper {

namespace {

/// An absolute path for people and for the wire.
QByteArray absolutePath(const std::string& inside)
{
    return '/' + QByteArray::fromStdString(inside);
}

Result<layer::ListingRequest> listingRequest(const QByteArray& path, const QVariantMap& options)
{
    layer::ListingRequest request;
    request.path = TRY(insidePath(path));
    request.version = TRY(treeVersion(options.value(u"version"_s, u"container"_s).toString()));
    request.after = options.value(u"after"_s).toByteArray().toStdString();
    const auto most = options.value(u"limit"_s, qulonglong(request.most)).toULongLong();
    if (most == 0 || most > request.most)
        return failure(ErrorKind::InvalidArgument, std::format("limit is not from 1 to {}", request.most));
    request.most = most;
    return request;
}

} // namespace

container::TreeTarget ContainerObject::treeTarget() const
{
    const auto& containers = m_services.containers;
    return {containers.overlay(m_container.id), containers.configFile(m_container.id),
            containers.undoDirectory(m_container.id), runs() ? m_container.pid : 0, m_container.cgroupPath};
}

QByteArray ContainerObject::ListDirectory(const QByteArray& path, const QVariantMap& options, QDBusUnixFileDescriptor&,
                                          QByteArray&)
{
    auto request = listingRequest(path, options);
    if (!request)
        return refuse(request.error()), QByteArray();
    auto place = m_services.readers.take(caller().uid);
    if (!place)
        return refuse(place.error()), QByteArray();
    std::stop_source stop;
    const auto watch = stopWhenCallerLeaves(stop);
    m_services.changes.run([source = changeSource(), target = treeTarget(), request = std::move(*request),
                            stop] { return listFiles(source, target, request, stop.get_token()); },
                           [call = takeCall(), place = *place, watch](Result<FileList> list) {
                               QObject::disconnect(watch);
                               if (list)
                                   call.reply({absolutePath(list->path),
                                               QVariant::fromValue(helper::toDbus(std::move(list->files))),
                                               QByteArray::fromStdString(list->next)});
                               else
                                   call.fail(list.error());
                           });
    return {};
}

} // namespace lamella::helper
