// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/jobs/jobs.h"
#include "helper/jobs/stop_container.h"
#include "helper/objects/container_object.h"
#include "helper/objects/requests.h"
#include "helper/objects/sessions.h"

#include <QPointer>

#include <fcntl.h>

using namespace Qt::StringLiterals;

// The methods of org.lamella.Lamella1.Container that need the action "manage".
namespace lamella::helper {

namespace {

constexpr std::chrono::microseconds kMaxStopTimeout = std::chrono::hours(24);

Result<UniqueFd> duplicate(const UniqueFd& descriptor)
{
    UniqueFd copy(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, 3));
    if (!copy)
        return systemFailure("cannot keep a descriptor of the session");
    return copy;
}

} // namespace

container::Reply<void> ContainerObject::answer()
{
    return [call = takeCall()](const Result<void>& result) { call.finish(result); };
}

void ContainerObject::Start(const QVariantMap&)
{
    m_services.containers.start(m_container.id, answer());
}

QDBusObjectPath ContainerObject::Stop(qulonglong timeoutUsec, const QVariantMap&)
{
    if (!runs())
        return refuse(ErrorKind::WrongState, "the container does not run"), QDBusObjectPath();
    if (timeoutUsec > qulonglong(kMaxStopTimeout.count()))
        return refuse(ErrorKind::InvalidArgument, "a stop waits for a day at most"), QDBusObjectPath();
    const auto timeout = std::chrono::ceil<std::chrono::milliseconds>(std::chrono::microseconds(timeoutUsec));
    auto work = std::make_unique<StopContainer>(m_services.containers, m_container.id, timeout);
    const auto job = m_services.jobs.start(u"stop-container"_s, caller().uid, {path()}, [work = QPointer(work.get())] {
        if (work)
            work->cancel();
    });
    if (!job)
        return refuse(job.error()), QDBusObjectPath();
    work.release()->begin(*job); // deletes itself
    return QDBusObjectPath((*job)->path());
}

void ContainerObject::Kill(uint signal, const QVariantMap& options)
{
    if (signal < 1 || signal > 64)
        return refuse(ErrorKind::InvalidArgument, std::format("{} is no signal", signal));
    m_services.containers.kill(m_container.id, int(signal), options.value(u"all"_s).toBool(), answer());
}

void ContainerObject::Pause(const QVariantMap&)
{
    m_services.containers.pause(m_container.id, answer());
}

void ContainerObject::Resume(const QVariantMap&)
{
    m_services.containers.resume(m_container.id, answer());
}

void ContainerObject::Remove(const QVariantMap& options)
{
    const bool force = options.value(u"force"_s).toBool();
    if (options.value(u"permanently"_s).toBool())
        m_services.containers.remove(m_container.id, force, answer());
    else
        m_services.containers.moveToTrash(m_container.id, force, answer());
}

void ContainerObject::Rename(const QString& name, const QVariantMap&)
{
    takeCall().finish(m_services.containers.rename(m_container.id, name.toStdString()));
}

QDBusObjectPath ContainerObject::Exec(const QStringList& command, const QVariantMap& options, dbus::UnixFds&)
{
    const auto request = execRequest(command, options);
    if (!request)
        return refuse(request.error()), QDBusObjectPath();
    auto place = m_services.sessions.reserve(caller().uid);
    if (!place)
        return refuse(place.error()), QDBusObjectPath();
    m_services.containers.exec(
        m_container.id, *request,
        [id = m_container.id, &services = m_services, place = *place, terminal = request->terminal,
         call = takeCall()](Result<container::ExecReply> reply) {
            if (!reply)
                return call.fail(reply.error());
            SessionObject::Details details{id, call.caller(), place, reply->exec, reply->pid, {}};
            if (terminal && !reply->streams.empty()) {
                auto kept = duplicate(reply->streams.front());
                if (!kept) {
                    services.containers.hangUp(id, reply->exec);
                    return call.fail(kept.error());
                }
                details.stream = std::move(*kept);
            }
            const SessionObject* session = services.sessions.add(std::move(details));
            if (!session)
                return;
            dbus::UnixFds streams;
            for (UniqueFd& stream : reply->streams)
                streams.append(toDbus(std::move(stream)));
            call.reply({QVariant::fromValue(QDBusObjectPath(session->path())), QVariant::fromValue(streams)});
        });
    return {};
}

QDBusObjectPath ContainerObject::Attach(const QVariantMap&, QDBusUnixFileDescriptor&)
{
    auto place = m_services.sessions.reserve(caller().uid);
    if (!place)
        return refuse(place.error()), QDBusObjectPath();
    m_services.containers.attach(
        m_container.id,
        [id = m_container.id, &services = m_services, place = *place, call = takeCall()](Result<UniqueFd> stream) {
            if (!stream)
                return call.fail(stream.error());
            auto kept = duplicate(*stream);
            if (!kept)
                return call.fail(kept.error());
            const SessionObject* session
                = services.sessions.add({id, call.caller(), place, std::nullopt, 0, std::move(*kept)});
            if (session)
                call.reply({QVariant::fromValue(QDBusObjectPath(session->path())),
                            QVariant::fromValue(toDbus(std::move(*stream)))});
        });
    return {};
}

} // namespace lamella::helper
