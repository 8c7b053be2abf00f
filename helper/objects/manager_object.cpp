// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/manager_object.h"

#include "engine/cgroup/cgroup.h"
#include "engine/container/container_manager.h"
#include "helper/jobs/jobs.h"
#include "helper/jobs/load_image.h"
#include "helper/objects/adaptors.h"
#include "helper/objects/image_catalog.h"
#include "helper/objects/paths.h"
#include "helper/objects/requests.h"
#include "resources/dbus/api.h"

#include <QPointer>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>

using namespace Qt::StringLiterals;

namespace lamella::helper {

namespace {

/// The caller's descriptor of a directory that he opened for reading, as one of ours.
Result<UniqueFd> takeDirectory(const QDBusUnixFileDescriptor& given)
{
    UniqueFd directory(::fcntl(given.fileDescriptor(), F_DUPFD_CLOEXEC, 3));
    if (!directory)
        return failure(ErrorKind::InvalidArgument, "the layout is no descriptor");
    const int flags = ::fcntl(directory.get(), F_GETFL);
    if (flags < 0 || (flags & O_PATH))
        return failure(ErrorKind::InvalidArgument, "the layout must have been opened for reading");
    // Without asking its file system, which may be the caller's own and never answer (statx(2), AT_STATX_DONT_SYNC).
    struct statx status{};
    if (::statx(directory.get(), "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_TYPE, &status) < 0)
        return systemFailure("cannot look at the layout");
    if (!S_ISDIR(status.stx_mode))
        return failure(ErrorKind::InvalidArgument, "the layout is not a directory");
    return directory;
}

} // namespace

ManagerObject::ManagerObject(Services& services)
    : Object(managerPath(), interfaceNamed("Manager"_L1), std::nullopt)
    , m_services(services)
{
    setAdaptor(makeAdaptor(this));
}

QString ManagerObject::version() const
{
    return QStringLiteral(LAMELLA_VERSION);
}

uint ManagerObject::apiVersion() const
{
    return dbus::kApiVersion;
}

QString ManagerObject::cgroupMode() const
{
    const auto mode = cgroup::detectMode();
    if (!mode)
        return {};
    switch (*mode) {
    case cgroup::Mode::V1:
        return u"v1"_s;
    case cgroup::Mode::V2:
        return u"v2"_s;
    case cgroup::Mode::Hybrid:
        return u"hybrid"_s;
    }
    return {};
}

uint ManagerObject::cpuCount() const
{
    return uint(::get_nprocs());
}

qulonglong ManagerObject::memoryBytes() const
{
    struct sysinfo info{};
    ::sysinfo(&info);
    return qulonglong(info.totalram) * info.mem_unit;
}

QDBusObjectPath ManagerObject::LoadImage(const QDBusUnixFileDescriptor& layout, const QVariantMap&)
{
    auto directory = takeDirectory(layout);
    if (!directory)
        return refuse(directory.error()), QDBusObjectPath();
    const uid_t owner = caller().uid;
    auto work = std::make_unique<lamella::helper::LoadImage>(m_services.images, std::move(*directory), owner);
    const auto job = m_services.jobs.start(u"load-image"_s, owner, {}, [work = QPointer(work.get())] {
        if (work)
            work->cancel();
    });
    if (!job)
        return refuse(job.error()), QDBusObjectPath();
    connect(work.get(), &lamella::helper::LoadImage::ended, &m_services.catalog,
            [&catalog = m_services.catalog, owner] { catalog.refresh(owner); });
    work.release()->begin(*job); // deletes itself
    return QDBusObjectPath((*job)->path());
}

QDBusObjectPath ManagerObject::CreateContainer(const QString& image, const QString& name, const QStringList& command,
                                               const QVariantMap& options)
{
    const auto request = createRequest(caller().uid, image, name, command, options);
    if (!request)
        return refuse(request.error()), QDBusObjectPath();
    const auto id = m_services.containers.create(*request);
    if (!id)
        return refuse(id.error()), QDBusObjectPath();
    const QDBusObjectPath path(containerPath(*id));
    if (!options.value(u"start"_s).toBool())
        return path;
    m_services.containers.start(
        *id, [&containers = m_services.containers, id = *id, path, call = takeCall()](const Result<void>& started) {
            if (started)
                return call.reply({QVariant::fromValue(path)});
            // The answer comes when nothing of it is left.
            containers.remove(id, true, [call, error = started.error()](const Result<void>&) { call.fail(error); });
        });
    return {};
}

} // namespace lamella::helper
