// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/manager_object.h"

#include "engine/cgroup/cgroup.h"
#include "engine/container/container_manager.h"
#include "engine/container/trash.h"
#include "helper/jobs/unpack_image.h"
#include "helper/objects/adaptors.h"
#include "helper/objects/paths.h"
#include "helper/objects/requests.h"
#include "helper/objects/text.h"
#include "resources/dbus/api.h"

#include <sys/sysinfo.h>

using namespace Qt::StringLiterals;

namespace lamella::helper {

namespace {

void makeContainer(container::ContainerManager& containers, const container::CreateRequest& request, bool starts,
                   const Call& call)
{
    const auto id = containers.create(request);
    if (!id)
        return call.fail(id.error());
    const QDBusObjectPath path(containerPath(*id));
    if (!starts)
        return call.reply({QVariant::fromValue(path)});
    containers.start(*id, [&containers, id = *id, path, call](const Result<void>& started) {
        if (started)
            return call.reply({QVariant::fromValue(path)});
        // The answer comes when nothing of it is left.
        containers.remove(id, true, [call, error = started.error()](const Result<void>&) { call.fail(error); });
    });
}

} // namespace

ManagerObject::ManagerObject(Services& services, uint trashDays)
    : Object(managerPath(), interfaceNamed("Manager"_L1), std::nullopt)
    , m_services(services)
    , m_trashDays(trashDays)
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

QString ManagerObject::platform() const
{
    return fromEngine(image::textOf(image::orOwn({})));
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

QDBusObjectPath ManagerObject::CreateContainer(const QString& image, const QString& name, const QStringList& command,
                                               const QVariantMap& options)
{
    const auto request = createRequest(caller().uid, image, name, command, options);
    if (!request)
        return refuse(request.error()), QDBusObjectPath();
    const auto found = m_services.images.find(request->owner, request->image);
    auto make = [&services = m_services, request = *request, starts = options.value(u"start"_s).toBool(),
                 call = takeCall()](const Result<void>& unpacked) {
        if (!unpacked)
            return call.fail(unpacked.error());
        makeContainer(services.containers, request, starts, call);
    };
    if (found && !m_services.images.isReady(*found))
        unpackImage(m_services, *found, std::move(make));
    else
        make({});
    return {};
}

qulonglong ManagerObject::EmptyTrash(const QVariantMap&)
{
    // The answer comes when the last one is gone, or has failed to go.
    struct Emptying {
        Call call;
        qulonglong bytes = 0;
        std::optional<Error> error;

        ~Emptying() { error ? call.fail(*error) : call.reply({bytes}); }
    };
    auto& trash = m_services.containers.trash();
    const uid_t owner = caller().uid;
    const auto emptying = std::make_shared<Emptying>(takeCall());
    for (const std::string& id : trash.ids()) {
        if (const container::Trashed* one = trash.find(id); one->container.owner != owner || one->busy)
            continue;
        trash.erase(id, [emptying](const Result<Bytes>& erased) {
            if (erased)
                emptying->bytes += erased->value;
            else
                emptying->error = erased.error();
        });
    }
    return 0;
}

} // namespace lamella::helper
