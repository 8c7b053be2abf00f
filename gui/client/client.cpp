// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/client.h"

#include "gui/client/bus.h"
#include "gui/client/signal_hub.h"
#include "gui/client/stats_feed.h"
#include "gui/client/wire.h"
#include "resources/dbus/api.h"
#include "resources/dbus/types.h"

#include <QDBusConnection>
#include <QDBusError>
#include <QDBusMessage>

#include <atomic>

namespace lamella::client {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

const QLatin1StringView kName(dbus::kBusName);
const QLatin1StringView kPath(dbus::kRootPath);
const QLatin1StringView kContainer("org.lamella.Lamella1.Container");
const QLatin1StringView kImage("org.lamella.Lamella1.Image");
const QLatin1StringView kTrashed("org.lamella.Lamella1.TrashedContainer");
const QLatin1StringView kJob("org.lamella.Lamella1.Job");
const QLatin1StringView kSession("org.lamella.Lamella1.Session");

QDBusMessage busCall(const QString& method)
{
    return QDBusMessage::createMethodCall(u"org.freedesktop.DBus"_s, u"/org/freedesktop/DBus"_s,
                                          u"org.freedesktop.DBus"_s, method);
}

QDBusMessage getAll(const QString& owner, const QString& path, const QString& interface)
{
    QDBusMessage call = QDBusMessage::createMethodCall(owner, path, u"org.freedesktop.DBus.Properties"_s, u"GetAll"_s);
    call << interface;
    return call;
}

template <class Map>
auto* find(const Map& map, const QString& path)
{
    return map.value(path, nullptr);
}

} // namespace

Client::Client(QObject* parent)
    : QObject(parent)
    , m_bus(std::make_unique<Bus>(this))
{
    dbus::registerTypes();
    m_statsTimer.setInterval(1s);
    connect(&m_statsTimer, &QTimer::timeout, this, &Client::pollStats);
}

Client::~Client()
{
    // Objects refer to the bus, and a thread that still parses answers to this object.
    m_bus->threads().waitForDone();
    qDeleteAll(m_sessions);
    qDeleteAll(m_jobs);
    qDeleteAll(m_images);
    qDeleteAll(m_trash);
    qDeleteAll(m_containers);
}

void Client::setState(State state, const QString& sentence)
{
    if (state == m_state && sentence == m_sentence)
        return;
    m_state = state;
    m_sentence = sentence;
    if (!sentence.isEmpty())
        qCWarning(lcClient).noquote() << sentence;
    else if (state == State::Ready)
        qCInfo(lcClient).noquote() << "the helper answers as" << m_bus->owner();
    if (state == State::Ready)
        m_statsTimer.start();
    else
        m_statsTimer.stop();
    Q_EMIT stateChanged();
}

void Client::connectToHelper()
{
    if (m_hub && m_bus->connection().isConnected()) {
        askForOwner();
        return;
    }
    // Connecting waits for the bus's answer to Hello: on another thread.
    m_bus->threads().start([this] {
        static std::atomic<int> number = 0;
        const QString name = u"lamella-%1"_s.arg(++number);
        const QDBusConnection connection = QDBusConnection::connectToBus(QDBusConnection::SystemBus, name);
        const QString error = connection.isConnected() ? QString() : connection.lastError().message();
        QMetaObject::invokeMethod(
            this, [this, name, error] { busConnected(name, error); }, Qt::QueuedConnection);
    });
}

void Client::busConnected(const QString& connectionName, const QString& error)
{
    if (!error.isEmpty()) {
        QDBusConnection::disconnectFromBus(connectionName);
        setState(State::NoBus, tr("There is no system bus to reach the helper by: %1").arg(error));
        return;
    }
    m_bus->setConnection(QDBusConnection(connectionName));
    m_hub = std::make_unique<SignalHub>(this, m_bus.get());
    m_hub->listenToBus();
    askForOwner();
}

void Client::busLost()
{
    ownerChanged({});
    m_hub.release()->deleteLater();
    const QString name = m_bus->connection().name();
    m_bus->setConnection(QDBusConnection(QString()));
    QDBusConnection::disconnectFromBus(name);
    setState(State::NoBus, tr("The connection to the system bus is lost."));
}

void Client::askForOwner()
{
    QDBusMessage call = busCall(u"GetNameOwner"_s);
    call << QString(kName);
    m_bus->watch(m_bus->connection().asyncCall(call), [this](const QDBusPendingCall& answered) {
        const QDBusPendingReply<QString> reply = answered;
        if (reply.isError())
            startHelper();
        else
            ownerChanged(reply.value());
    });
}

void Client::startHelper()
{
    QDBusMessage call = busCall(u"StartServiceByName"_s);
    call << QString(kName) << quint32(0);
    m_bus->watch(m_bus->connection().asyncCall(call), [this](const QDBusPendingCall& answered) {
        const QDBusPendingReply<quint32> reply = answered;
        // Where it succeeds, the change of owner says so.
        if (!reply.isError() || !m_bus->owner().isEmpty())
            return;
        if (reply.error().type() == QDBusError::ServiceUnknown)
            setState(State::NoHelper,
                     tr("The helper is not running, and the system does not know how to start it. Start "
                        "lamella-helper as root."));
        else
            setState(State::NoHelper, tr("The helper is not running: %1").arg(reply.error().message()));
    });
}

void Client::ownerChanged(const QString& owner)
{
    if (owner == m_bus->owner() && (owner.isEmpty() || m_state == State::Ready))
        return;
    const bool wasThere = !m_bus->owner().isEmpty();
    m_bus->setOwner(owner);
    if (m_hub)
        m_hub->listenTo(owner);
    for (ContainerClient* container : std::as_const(m_containers))
        container->stats()->close();
    if (!owner.isEmpty()) {
        readManager();
        return;
    }
    const QStringList forgotten = m_jobs.keys() + m_sessions.keys();
    for (const QString& path : forgotten)
        removeObject(path);
    if (!wasThere)
        return;
    setState(State::NoHelper, tr("The helper is not running. Containers go on; what is shown is what was known last."));
    // Where the bus can start it, it comes back by itself.
    QTimer::singleShot(1s, this, [this] {
        if (m_hub && m_bus->owner().isEmpty())
            askForOwner();
    });
}

void Client::readManager()
{
    const QString owner = m_bus->owner();
    const QDBusMessage call = getAll(owner, kPath, u"org.lamella.Lamella1.Manager"_s);
    m_bus->watch(m_bus->connection().asyncCall(call, kReading.count()),
                 [this, owner](const QDBusPendingCall& answered) {
                     if (owner != m_bus->owner())
                         return;
                     const QDBusPendingReply<QVariantMap> reply = answered;
                     if (!reply.isError()) {
                         takeManager(reply.value());
                         return;
                     }
                     const ClientError error = errorFromWire(reply.error().name(), reply.error().message());
                     setState(error.kind == ErrorKind::NotAuthorized ? State::Refused : State::NoHelper,
                              tr("The helper does not answer this window: %1").arg(error.sentence));
                 });
}

void Client::takeManager(const QVariantMap& properties)
{
    m_manager = {};
    read(properties, m_manager);
    if (m_manager.apiVersion < dbus::kApiVersion) {
        setState(
            State::HelperTooOld,
            tr("The helper (version %1) is older than this window. Update it, or restart it where it has been updated.")
                .arg(m_manager.version));
    } else if (m_manager.apiVersion > dbus::kApiVersion) {
        setState(
            State::HelperTooNew,
            tr("The helper (version %1) is newer than this window. Update the window, or open it again where it has "
               "been updated.")
                .arg(m_manager.version));
    } else {
        takeSnapshot();
    }
}

void Client::takeSnapshot()
{
    const QString owner = m_bus->owner();
    const QDBusMessage call
        = QDBusMessage::createMethodCall(owner, kPath, u"org.freedesktop.DBus.ObjectManager"_s, u"GetManagedObjects"_s);
    m_bus->watch(m_bus->connection().asyncCall(call, kReading.count()),
                 [this, owner](const QDBusPendingCall& answered) {
                     if (owner != m_bus->owner())
                         return;
                     const QDBusMessage reply = answered.reply();
                     if (reply.type() == QDBusMessage::ErrorMessage) {
                         const ClientError error = errorFromWire(reply.errorName(), reply.errorMessage());
                         setState(error.kind == ErrorKind::NotAuthorized ? State::Refused : State::NoHelper,
                                  tr("The helper does not say what there is: %1").arg(error.sentence));
                         return;
                     }
                     if (reply.signature() != "a{oa{sa{sv}}}"_L1) {
                         setState(State::HelperTooNew, tr("The helper's answer cannot be understood."));
                         return;
                     }
                     const auto objects = qdbus_cast<QMap<QDBusObjectPath, Interfaces>>(reply.arguments().constFirst());
                     QMap<QString, Interfaces> byPath;
                     for (const auto& [path, interfaces] : objects.asKeyValueRange())
                         byPath.insert(path.path(), interfaces);
                     applySnapshot(byPath);
                 });
}

void Client::applySnapshot(const QMap<QString, Interfaces>& objects)
{
    const QStringList known
        = m_containers.keys() + m_images.keys() + m_trash.keys() + m_jobs.keys() + m_sessions.keys();
    for (const QString& path : known) {
        if (!objects.contains(path))
            removeObject(path);
    }
    for (const auto& [path, interfaces] : objects.asKeyValueRange())
        addObject(path, interfaces);
    setState(State::Ready);
    pollStats();
}

void Client::addObject(const QString& path, const Interfaces& interfaces)
{
    const auto add = [&](QLatin1StringView interface, auto& objects, auto signal) {
        const auto it = interfaces.find(interface);
        if (it == interfaces.end())
            return;
        using Object = std::remove_pointer_t<typename std::remove_reference_t<decltype(objects)>::mapped_type>;
        if (Object* known = find(objects, path)) {
            known->update(*it);
            return;
        }
        auto* object = new Object(m_bus.get(), path, *it);
        objects.insert(path, object);
        if constexpr (!std::is_same_v<decltype(signal), std::nullptr_t>)
            Q_EMIT(this->*signal)(object);
    };
    add(kImage, m_images, &Client::imageAdded);
    add(kContainer, m_containers, &Client::containerAdded);
    add(kTrashed, m_trash, &Client::trashedAdded);
    add(kJob, m_jobs, &Client::jobAdded);
    add(kSession, m_sessions, nullptr);
}

void Client::updateObject(const QString& path, const QVariantMap& properties)
{
    if (auto* container = find(m_containers, path))
        container->update(properties);
    else if (auto* image = find(m_images, path))
        image->update(properties);
    else if (auto* trashed = find(m_trash, path))
        trashed->update(properties);
    else if (auto* job = find(m_jobs, path))
        job->update(properties);
    else if (auto* session = find(m_sessions, path))
        session->update(properties);
}

void Client::removeObject(const QString& path)
{
    if (auto* container = m_containers.take(path)) {
        Q_EMIT containerRemoved(container);
        container->deleteLater();
    } else if (auto* image = m_images.take(path)) {
        Q_EMIT imageRemoved(image);
        image->deleteLater();
    } else if (auto* trashed = m_trash.take(path)) {
        Q_EMIT trashedRemoved(trashed);
        trashed->deleteLater();
    } else if (auto* job = m_jobs.take(path)) {
        Q_EMIT jobRemoved(job);
        job->deleteLater();
    } else if (auto* session = m_sessions.take(path)) {
        session->vanish();
        session->deleteLater();
    }
}

JobClient* Client::ensureJob(const QString& path)
{
    if (auto* job = find(m_jobs, path))
        return job;
    addObject(path, {{kJob, {}}});
    refresh(path, kJob);
    return find(m_jobs, path);
}

SessionClient* Client::ensureSession(const QString& path)
{
    if (auto* session = find(m_sessions, path))
        return session;
    addObject(path, {{kSession, {}}});
    refresh(path, kSession);
    return find(m_sessions, path);
}

void Client::refresh(const QString& path, const QString& interface)
{
    const auto call = m_bus->connection().asyncCall(getAll(m_bus->owner(), path, interface), kReading.count());
    m_bus->watch(call, [this, path](const QDBusPendingCall& answered) {
        const QDBusPendingReply<QVariantMap> reply = answered;
        if (reply.isError())
            removeObject(path);
        else
            updateObject(path, reply.value());
    });
}

ContainerClient* Client::container(const QString& id) const
{
    return find(m_containers, kPath + "/Containers/"_L1 + id);
}

TrashedClient* Client::trashed(const QString& id) const
{
    return find(m_trash, kPath + "/Trash/"_L1 + id);
}

ImageClient* Client::image(const QString& id) const
{
    for (ImageClient* image : m_images) {
        if (image->data().id == id)
            return image;
    }
    return nullptr;
}

template <class Call>
Pending<QPointer<JobClient>> Client::begin(const Call& call)
{
    return m_bus->ask<QPointer<JobClient>, ManagerProxy>(
        kPath, kChanging, call,
        [this](const auto& promise, const auto& reply) { promise.give(ensureJob(reply.value().path())); });
}

Pending<QPointer<JobClient>> Client::loadImage(Descriptor source)
{
    return begin([file = toMessage(std::move(source))](ManagerProxy& proxy) { return proxy.LoadImage(file, {}); });
}

Pending<QString> Client::resolveReference(const QString& name)
{
    return m_bus->ask<QString, ManagerProxy>(
        kPath, kReading, [&](ManagerProxy& proxy) { return proxy.ResolveReference(name, {}); },
        [](const auto& promise, const auto& reply) { promise.give(reply.value()); });
}

Pending<QPointer<JobClient>> Client::pullImage(const QString& reference, const RegistryOptions& options)
{
    return begin([&](ManagerProxy& proxy) { return proxy.PullImage(reference, toWire(options)); });
}

Pending<QPointer<JobClient>> Client::listTags(const QString& repository, const RegistryOptions& options)
{
    RegistryOptions without = options;
    without.platform.clear();
    return begin([&](ManagerProxy& proxy) { return proxy.ListTags(repository, toWire(without)); });
}

Pending<QPointer<JobClient>> Client::checkLogin(const QString& registry, const RegistryOptions& options)
{
    RegistryOptions without = options;
    without.platform.clear();
    without.mirrors.clear();
    return begin([&](ManagerProxy& proxy) { return proxy.CheckLogin(registry, toWire(without)); });
}

Pending<QPointer<JobClient>> Client::saveImages(const QStringList& images, Descriptor file, const SaveOptions& options)
{
    return begin([&, out = toMessage(std::move(file))](ManagerProxy& proxy) {
        return proxy.SaveImages(images, out, toWire(options));
    });
}

Pending<QPointer<JobClient>> Client::importImage(Descriptor archive, const NewImage& image)
{
    return begin([&, file = toMessage(std::move(archive))](ManagerProxy& proxy) {
        return proxy.ImportImage(file, image.reference, toWire(image));
    });
}

Pending<DiskUsage> Client::diskUsage()
{
    return m_bus->ask<DiskUsage, ManagerProxy>(
        kPath, kReading, [](ManagerProxy& proxy) { return proxy.GetDiskUsage({}); },
        [](const auto& promise, const auto& reply) {
            DiskUsage usage{reply.template argumentAt<0>(), {}};
            for (const dbus::ImageUsage& one : reply.template argumentAt<1>())
                usage.images.insert(one.image.path(), {one.uniqueBytes, one.sharedBytes});
            promise.give(std::move(usage));
        });
}

Pending<Pruned> Client::pruneImages(bool all, bool dryRun)
{
    QVariantMap options;
    if (all)
        options.insert(u"all"_s, true);
    if (dryRun)
        options.insert(u"dry_run"_s, true);
    return m_bus->ask<Pruned, ManagerProxy>(
        kPath, kChanging, [&](ManagerProxy& proxy) { return proxy.PruneImages(options); },
        [](const auto& promise, const auto& reply) {
            Pruned pruned{{}, reply.template argumentAt<1>()};
            for (const QDBusObjectPath& image : reply.template argumentAt<0>())
                pruned.images.append(image.path());
            promise.give(std::move(pruned));
        });
}

Pending<QPointer<ContainerClient>> Client::createContainer(const CreateOptions& options)
{
    return m_bus->ask<QPointer<ContainerClient>, ManagerProxy>(
        kPath, kChanging,
        [&](ManagerProxy& proxy) {
            return proxy.CreateContainer(options.image, options.name, options.command, toWire(options));
        },
        [this](const auto& promise, const auto& reply) { fetchContainer(reply.value().path(), promise); });
}

Pending<quint64> Client::emptyTrash()
{
    return m_bus->ask<quint64, ManagerProxy>(
        kPath, kChanging, [](ManagerProxy& proxy) { return proxy.EmptyTrash({}); },
        [](const auto& promise, const auto& reply) { promise.give(quint64{reply.value()}); });
}

void Client::fetchContainer(const QString& path, const Promise<QPointer<ContainerClient>>& promise)
{
    if (auto* container = find(m_containers, path)) {
        promise.give(container);
        return;
    }
    const auto call = m_bus->connection().asyncCall(getAll(m_bus->owner(), path, kContainer), kReading.count());
    m_bus->watch(call, [this, path, promise](const QDBusPendingCall& answered) {
        const QDBusPendingReply<QVariantMap> reply = answered;
        if (reply.isError()) {
            promise.fail(errorFromWire(reply.error().name(), reply.error().message()));
            return;
        }
        addObject(path, {{kContainer, reply.value()}});
        promise.give(QPointer<ContainerClient>(find(m_containers, path)));
    });
}

void Client::pollStats()
{
    for (ContainerClient* container : std::as_const(m_containers))
        container->stats()->poll();
}

} // namespace lamella::client
