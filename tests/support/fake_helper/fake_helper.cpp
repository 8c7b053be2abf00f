// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fake_helper/fake_helper.h"

#include "resources/dbus/api.h"
#include "resources/dbus/live_changes.h"
#include "resources/dbus/types.h"
#include "tests/support/fake_helper/fake_files.h"

#include <QDBusMessage>
#include <QDBusMetaType>
#include <QDateTime>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <array>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace lamella::test {

using namespace Qt::StringLiterals;

using Interfaces = QMap<QString, QVariantMap>;
using Objects = QMap<QDBusObjectPath, Interfaces>;

namespace {

const QString kContainer = u"org.lamella.Lamella1.Container"_s;
const QString kImage = u"org.lamella.Lamella1.Image"_s;
const QString kTrashed = u"org.lamella.Lamella1.TrashedContainer"_s;
const QString kJob = u"org.lamella.Lamella1.Job"_s;
const QString kRoot = QString::fromLatin1(dbus::kRootPath);

QString containerPath(const QString& id)
{
    return kRoot + "/Containers/"_L1 + id;
}

QString trashPath(const QString& id)
{
    return kRoot + "/Trash/"_L1 + id;
}

QString imagePath(const QString& id)
{
    return kRoot + "/Images/"_L1 + QString(id).replace(u':', u'_');
}

QVariantMap containerProperties(const QString& id, const QString& name, const QString& state)
{
    const quint64 now = static_cast<quint64>(QDateTime::currentMSecsSinceEpoch()) * 1000;
    const bool alive = state == "running"_L1 || state == "paused"_L1;
    return {{u"Id"_s, id},
            {u"Name"_s, name},
            {u"ImageId"_s, u"sha256:"_s + QString(64, u'a')},
            {u"ImageName"_s, u"starter:latest"_s},
            {u"Command"_s, QStringList{u"/bin/sh"_s}},
            {u"State"_s, state},
            {u"Pid"_s, quint32(alive ? 4711 : 0)},
            {u"ExitStatus"_s, alive || state == "created"_L1 ? -1 : 0},
            {u"CreatedUsec"_s, now - 60'000'000},
            {u"StartedUsec"_s, state == "created"_L1 ? quint64(0) : now - 50'000'000},
            {u"FinishedUsec"_s, state == "stopped"_L1 ? now - 10'000'000 : quint64(0)},
            {u"StartTimeline"_s, QVariant::fromValue(dbus::Timeline{{u"clone"_s, 900}, {u"exec"_s, 4000}})}};
}

} // namespace

FakeHelper::FakeHelper(const QString& address)
    : m_connection(QDBusConnection::connectToBus(address, u"fake-helper"_s))
{
    dbus::registerTypes();
    qDBusRegisterMetaType<Interfaces>();
    qDBusRegisterMetaType<Objects>();
    m_connection.registerVirtualObject(kRoot, this, QDBusConnection::SubPath);
}

FakeHelper::~FakeHelper()
{
    endStream();
    m_connection.unregisterObject(kRoot);
    QDBusConnection::disconnectFromBus(u"fake-helper"_s);
}

bool FakeHelper::appear()
{
    return m_connection.registerService(QString::fromLatin1(dbus::kBusName));
}

void FakeHelper::vanish()
{
    m_connection.unregisterService(QString::fromLatin1(dbus::kBusName));
}

QVariantMap FakeHelper::managerProperties() const
{
    return {{u"Version"_s, u"0.0-fake"_s}, {u"ApiVersion"_s, apiVersion}, {u"Platform"_s, u"linux/amd64"_s},
            {u"CgroupMode"_s, u"v2"_s},    {u"CpuCount"_s, quint32(4)},   {u"MemoryBytes"_s, quint64(8) << 30},
            {u"TrashDays"_s, trashDays}};
}

void FakeHelper::add(const QString& path, const QString& interface, const QVariantMap& properties)
{
    m_objects[path][interface] = properties;
    QDBusMessage signal
        = QDBusMessage::createSignal(kRoot, u"org.freedesktop.DBus.ObjectManager"_s, u"InterfacesAdded"_s);
    signal << QVariant::fromValue(QDBusObjectPath(path)) << QVariant::fromValue(m_objects.value(path));
    m_connection.send(signal);
}

void FakeHelper::remove(const QString& path)
{
    const QStringList interfaces = m_objects.take(path).keys();
    QDBusMessage signal
        = QDBusMessage::createSignal(kRoot, u"org.freedesktop.DBus.ObjectManager"_s, u"InterfacesRemoved"_s);
    signal << QVariant::fromValue(QDBusObjectPath(path)) << interfaces;
    m_connection.send(signal);
}

QString FakeHelper::addContainer(const QString& name, const QString& state)
{
    const QString id = u"%1"_s.arg(++m_number, 64, 16, QLatin1Char('0'));
    add(containerPath(id), kContainer, containerProperties(id, name, state));
    return id;
}

QString FakeHelper::addImage(const QString& reference, const QString& platform)
{
    const QString hex = m_number == 0 && !m_objects.contains(kRoot + "/Images/sha256_"_L1 + QString(64, u'a'))
        ? QString(64, u'a')
        : u"%1"_s.arg(++m_number, 64, 16, QLatin1Char('0'));
    add(kRoot + "/Images/sha256_"_L1 + hex, kImage,
        {{u"Id"_s, u"sha256:"_s + hex},
         {u"References"_s, QStringList{reference}},
         {u"Platform"_s, platform},
         {u"SizeBytes"_s, quint64(2'000'000)},
         {u"Command"_s, QStringList{u"/bin/sh"_s}},
         {u"Layers"_s,
          QVariant::fromValue(dbus::LayerList{{u"sha256:d"_s, u"sha256:c"_s, 2'000'000, 1, u"COPY /"_s}})}});
    return u"sha256:"_s + hex;
}

void FakeHelper::removeContainer(const QString& id)
{
    remove(containerPath(id));
}

void FakeHelper::removeImage(const QString& id)
{
    remove(imagePath(id));
}

void FakeHelper::changeImage(const QString& id, const QVariantMap& properties)
{
    change(imagePath(id), kImage, properties);
}

void FakeHelper::changeContainer(const QString& id, const QVariantMap& properties)
{
    change(containerPath(id), kContainer, properties);
}

void FakeHelper::change(const QString& path, const QString& interface, const QVariantMap& properties)
{
    m_objects[path][interface].insert(properties);
    QDBusMessage signal
        = QDBusMessage::createSignal(path, u"org.freedesktop.DBus.Properties"_s, u"PropertiesChanged"_s);
    signal << interface << properties << QStringList();
    m_connection.send(signal);
}

void FakeHelper::changeJob(const QVariantMap& properties)
{
    change(m_job, kJob, properties);
}

void FakeHelper::endJob(const QString& error, const QString& kind, const QStringList& result)
{
    changeJob({{u"State"_s, error.isEmpty() ? u"succeeded"_s : u"failed"_s},
               {u"ErrorMessage"_s, error},
               {u"Result"_s, result}});
    answerWaiting(m_job, error, kind, result);
}

void FakeHelper::answerWaiting(const QString& job, const QString& error, const QString& kind, const QStringList& result)
{
    const QList<QDBusMessage> waiting = m_waiting.take(job);
    for (const QDBusMessage& one : waiting) {
        if (error.isEmpty())
            reply(one, {result});
        else
            m_connection.send(one.createErrorReply(QString::fromLatin1(dbus::kErrorPrefix) + kind, error));
    }
}

void FakeHelper::changeParts(const QList<Part>& parts)
{
    dbus::JobParts wire;
    for (const Part& part : parts)
        wire.append({part.name, part.done, part.total});
    changeJob({{u"Parts"_s, QVariant::fromValue(wire)}});
}

void FakeHelper::forgetJob()
{
    remove(m_job);
}

void FakeHelper::beginJob(const QDBusMessage& message, const QString& operation, const QStringList& items)
{
    m_job = kRoot + u"/Jobs/%1"_s.arg(++m_number);
    add(m_job, kJob,
        {{u"Operation"_s, operation},
         {u"State"_s, u"running"_s},
         {u"Progress"_s, -1.0},
         {u"Items"_s, items},
         {u"Cancelable"_s, true}});
    reply(message, {QVariant::fromValue(QDBusObjectPath(m_job))});
}

void FakeHelper::noteCall(const QDBusMessage& message)
{
    QVariantList arguments;
    const QVariantList sent = message.arguments();
    for (const QVariant& one : sent) {
        if (one.metaType() == QMetaType::fromType<QDBusUnixFileDescriptor>())
            arguments.append(useDescriptor(one.value<QDBusUnixFileDescriptor>()));
        else if (one.metaType() == QMetaType::fromType<QDBusArgument>())
            arguments.append(one.value<QDBusArgument>().currentSignature() == "aay"_L1
                                 ? QVariant::fromValue(qdbus_cast<QByteArrayList>(one))
                                 : QVariant(qdbus_cast<QVariantMap>(one)));
        else
            arguments.append(one);
    }
    lastCall.insert(message.member(), arguments);
}

bool FakeHelper::handleManager(const QDBusMessage& message)
{
    const QString method = message.member();
    const QString first = message.arguments().value(0).toString();
    if (method == "ResolveReference"_L1) {
        if (first.contains(u' ')) {
            m_connection.send(message.createErrorReply(QString::fromLatin1(dbus::kErrorPrefix) + "InvalidArgument"_L1,
                                                       u"“%1” is no name of an image."_s.arg(first)));
            return true;
        }
        QString name = first.contains(u'/') ? first : "docker.io/library/"_L1 + first;
        if (!name.section(u'/', -1).contains(u':'))
            name += ":latest"_L1;
        reply(message, {name});
    } else if (method == "PullImage"_L1) {
        beginJob(message, u"pull-image"_s, {first});
    } else if (method == "ListTags"_L1) {
        beginJob(message, u"list-tags"_s, {first});
    } else if (method == "CheckLogin"_L1) {
        beginJob(message, u"check-login"_s, {first});
    } else if (method == "LoadImage"_L1) {
        beginJob(message, u"load-image"_s, {});
    } else if (method == "ImportImage"_L1) {
        beginJob(message, u"import-image"_s, {message.arguments().value(1).toString()});
    } else if (method == "SaveImages"_L1) {
        beginJob(message, u"save-images"_s, message.arguments().value(0).toStringList());
    } else if (method == "GetDiskUsage"_L1) {
        dbus::DiskUsage usage;
        for (const auto& [path, interfaces] : m_objects.asKeyValueRange()) {
            if (interfaces.contains(kImage))
                usage.append({QDBusObjectPath(path), 500'000, 1'500'000});
        }
        reply(message, {quint64(2'000'000), QVariant::fromValue(usage)});
    } else if (method == "PruneImages"_L1) {
        const QVariantMap options = qdbus_cast<QVariantMap>(message.arguments().value(0));
        dbus::ObjectPaths paths;
        for (const QString& id : options.value(u"all"_s).toBool() ? unused : nameless)
            paths.append(QDBusObjectPath(imagePath(id)));
        reply(message, {QVariant::fromValue(paths), quint64(paths.size()) * 3 * 1024 * 1024});
    } else if (method == "EmptyTrash"_L1) {
        emptyTrash(message);
    } else {
        return false;
    }
    return true;
}

QString FakeHelper::addTrashed(const QString& name, const QVariantMap& properties)
{
    const QString id = u"%1"_s.arg(++m_number, 64, 16, QLatin1Char('0'));
    const quint64 now = static_cast<quint64>(QDateTime::currentMSecsSinceEpoch()) * 1000;
    QVariantMap all{{u"Id"_s, id},
                    {u"Name"_s, name},
                    {u"Owner"_s, quint32(::getuid())},
                    {u"ImageId"_s, u"sha256:"_s + QString(64, u'a')},
                    {u"ImageName"_s, u"starter:latest"_s},
                    {u"RemovedUsec"_s, now - 120'000'000},
                    {u"ExpiresUsec"_s, now + trashDays * 86'400'000'000ULL - 120'000'000},
                    {u"Changes"_s, qint64(2)},
                    {u"SizeBytes"_s, quint64(3) << 20}};
    all.insert(properties);
    add(trashPath(all.value(u"Id"_s).toString()), kTrashed, all);
    return all.value(u"Id"_s).toString();
}

void FakeHelper::removeToTrash(const QDBusMessage& message)
{
    const QString id = message.path().section(u'/', -1);
    const QVariantMap container = m_objects.value(message.path()).value(kContainer);
    const QVariantMap options = qdbus_cast<QVariantMap>(message.arguments().value(0));
    if (trashDays > 0 && !options.value(u"permanently"_s).toBool())
        addTrashed(container.value(u"Name"_s).toString(), {{u"Id"_s, id}});
    removeContainer(id);
    reply(message);
}

bool FakeHelper::handleTrashed(const QDBusMessage& message)
{
    const QString id = message.path().section(u'/', -1);
    const QString method = message.member();
    const QVariantMap trashed = m_objects.value(message.path()).value(kTrashed);
    if (method == "SummarizeChanges"_L1) {
        summarize(message);
    } else if (method == "Delete"_L1) {
        remove(message.path());
        reply(message, {trashed.value(u"SizeBytes"_s)});
    } else if (method == "Restore"_L1) {
        QString name = trashed.value(u"Name"_s).toString();
        for (const auto& [path, interfaces] : m_objects.asKeyValueRange()) {
            if (interfaces.value(kContainer).value(u"Name"_s) == name)
                name += "-1"_L1;
        }
        remove(message.path());
        add(containerPath(id), kContainer, containerProperties(id, name, u"stopped"_s));
        reply(message, {QVariant::fromValue(QDBusObjectPath(containerPath(id))), name});
    } else {
        return false;
    }
    return true;
}

void FakeHelper::emptyTrash(const QDBusMessage& message)
{
    quint64 bytes = 0;
    const QStringList paths = m_objects.keys();
    for (const QString& path : paths) {
        if (!m_objects.value(path).contains(kTrashed))
            continue;
        bytes += m_objects.value(path).value(kTrashed).value(u"SizeBytes"_s).toULongLong();
        remove(path);
    }
    reply(message, {bytes});
}

bool FakeHelper::handleImage(const QDBusMessage& message)
{
    const QString method = message.member();
    const QString path = message.path();
    const QString first = message.arguments().value(0).toString();
    if (const auto answer = imageTree.answer(message)) {
        m_connection.send(*answer);
    } else if (method == "Tag"_L1 || method == "Untag"_L1) {
        QStringList names = m_objects.value(path).value(kImage).value(u"References"_s).toStringList();
        names.removeAll(first);
        if (method == "Tag"_L1)
            names.append(first);
        change(path, kImage, {{u"References"_s, names}});
        reply(message);
    } else if (method == "Remove"_L1) {
        remove(path);
        reply(message);
    } else if (method == "Push"_L1) {
        beginJob(message, u"push-image"_s, {first});
    } else if (method == "GetHistory"_L1) {
        dbus::History steps;
        quint64 time = 1'700'000'000'000'000;
        for (const auto& [createdBy, empty] : std::as_const(history))
            steps.append({time += 1'000'000, createdBy, {}, empty, empty ? 0ULL : 1'048'576ULL});
        reply(message, {QVariant::fromValue(steps)});
    } else if (method == "OpenLayers"_L1) {
        openLayers(message, false);
    } else if (method == "Inspect"_L1) {
        reply(message,
              {u"{\"schemaVersion\":2}"_s,
               QString(u"{\"os\":\"linux\",\"config\":"_s + QString::fromUtf8(imageConfig) + u'}')});
    } else {
        return false;
    }
    return true;
}

bool FakeHelper::handleJob(const QDBusMessage& message)
{
    if (message.member() == "Wait"_L1) {
        m_waiting[message.path()].append(message);
        return true;
    }
    if (message.member() != "Cancel"_L1)
        return false;
    change(message.path(), kJob, {{u"State"_s, u"cancelled"_s}});
    reply(message);
    answerWaiting(message.path(), u"It was cancelled."_s, u"Cancelled"_s, {});
    return true;
}

void FakeHelper::failNext(const QString& method, const QString& kind, const QString& sentence)
{
    m_failures.insert(method, {kind.contains(u'.') ? kind : QString::fromLatin1(dbus::kErrorPrefix) + kind, sentence});
}

bool FakeHelper::failed(const QDBusMessage& message)
{
    const auto failure = m_failures.take(message.member());
    if (failure.first.isEmpty())
        return false;
    m_connection.send(message.createErrorReply(failure.first, failure.second));
    return true;
}

void FakeHelper::reply(const QDBusMessage& message, const QVariantList& values)
{
    m_connection.send(message.createReply(values));
}

void FakeHelper::create(const QDBusMessage& message)
{
    lastCreate = message.arguments();
    lastCreate[3] = qdbus_cast<QVariantMap>(lastCreate.at(3));
    const QString name = lastCreate.at(1).toString();
    const QString id = addContainer(name.isEmpty() ? u"made-up"_s : name, u"running"_s);
    reply(message, {QVariant::fromValue(QDBusObjectPath(containerPath(id)))});
}

bool FakeHelper::handleContainer(const QDBusMessage& message)
{
    const QString id = message.path().section(u'/', -1);
    const QString method = message.member();
    static const QHash<QString, QString> states{
        {u"Start"_s, u"running"_s}, {u"Pause"_s, u"paused"_s}, {u"Resume"_s, u"running"_s}, {u"Kill"_s, u"stopped"_s}};
    if (const auto answer = tree.answer(message)) {
        m_connection.send(*answer);
    } else if (method == "RemoveFiles"_L1) {
        for (const QByteArray& path : lastCall.value(method).constFirst().value<QByteArrayList>())
            tree.remove(path);
        beginJob(message, u"remove-files"_s, {message.path()});
    } else if (method == "SetAttributesBelow"_L1) {
        const QVariantList given = lastCall.value(method);
        for (const QByteArray& path : given.constFirst().value<QByteArrayList>())
            tree.setBelow(path, given.constLast().toMap());
        beginJob(message, u"set-attributes"_s, {message.path()});
    } else if (states.contains(method)) {
        changeContainer(id, {{u"State"_s, states.value(method)}});
        reply(message);
    } else if (method == "Stop"_L1) {
        beginJob(message, u"stop-container"_s, {message.path()});
        changeJob({{u"Stage"_s, u"waiting for it to end"_s}});
    } else if (method == "Commit"_L1) {
        beginJob(message, u"commit-container"_s, {message.path()});
    } else if (method == "Export"_L1) {
        beginJob(message, u"export-container"_s, {message.path()});
    } else if (method == "Remove"_L1) {
        removeToTrash(message);
    } else if (method == "Rename"_L1) {
        changeContainer(id, {{u"Name"_s, message.arguments().at(0)}});
        reply(message);
    } else if (method == "OpenStats"_L1) {
        reply(message, {QVariant::fromValue(memoryFile(statsRing(30)))});
    } else if (method == "OpenLog"_L1) {
        reply(message, {QVariant::fromValue(memoryFile("2026-01-01T00:00:00Z stdout F hello\n"))});
    } else if (method == "ListChanges"_L1) {
        reply(message, {QVariant::fromValue(memoryFile(firstChanges()))});
    } else if (method == "WatchChanges"_L1) {
        watch(message);
    } else if (method == "SummarizeChanges"_L1) {
        summarize(message);
    } else if (method == "CompareContent"_L1) {
        compareContent(message);
    } else if (method == "OpenLayers"_L1) {
        openLayers(message, true);
    } else if (method == "SaveChanges"_L1) {
        beginJob(message, u"save-changes"_s, {message.path()});
    } else if (method == "UndoChanges"_L1) {
        undone = lastCall.value(method).constFirst().value<QByteArrayList>();
        beginJob(message, u"undo-changes"_s, {message.path()});
    } else if (method == "ReadFile"_L1) {
        const bool isImage = message.arguments().at(1).toString() == "image"_L1;
        const QByteArray content = isImage ? "old\nsame\nsame\n" : "new\nsame\nsame\nlast\n";
        const dbus::FileInfo info{true, u"file"_s, quint64(content.size()), 0644, 0, 0, 1'700'000'000'000'000, {},
                                  {},   {}};
        reply(message, {QVariant::fromValue(info), QVariant::fromValue(memoryFile(content))});
    } else if (method == "ListProcesses"_L1) {
        reply(message,
              {QVariant::fromValue(dbus::ProcessList{{4710, 0, 1, 0, 0, 1000, 4096, u"S"_s, u"lamella-shim"_s},
                                                     {4711, 1, 4710, 100000, 0, 2000, 8192, u"S"_s, u"/bin/sh"_s}})});
    } else {
        return false;
    }
    return true;
}

void FakeHelper::openLayers(const QDBusMessage& message, bool writable)
{
    const auto options = qdbus_cast<QVariantMap>(message.arguments().constLast());
    const bool compared = options.contains(u"compare_with"_s);
    const QByteArrayList two{"/etc A0d", "/etc/same A0f10 c1f10", "/etc/passwd A0f340 M1f410", "/old A0f70 D1f0",
                             "/new A1f80"};
    QDBusUnixFileDescriptor file;
    file.giveFileDescriptor(
        sealedFile(compared ? layerTreeFile(2, false, two) : layerTreeFile(layerCount, writable, layerTree)));
    reply(message, {QVariant::fromValue(file)});
}

void FakeHelper::watch(const QDBusMessage& message)
{
    std::array<int, 2> ends{};
    if (!tellsChanges || ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        m_connection.send(message.createErrorReply(QLatin1StringView(dbus::kErrorPrefix) + tellsNoChanges,
                                                   u"the kernel does not tell of changes"_s));
        return;
    }
    endStream();
    m_stream = ends[0];
    QDBusUnixFileDescriptor theirs;
    theirs.giveFileDescriptor(ends[1]);
    reply(message, {QVariant::fromValue(theirs)});
}

void FakeHelper::tell(const QByteArray& path, quint32 kinds, const QByteArray& writer, quint32 containerPid,
                      const QByteArray& from)
{
    const dbus::LiveHeader header{dbus::kLiveMagic, 0};
    const QByteArray texts = path + from + writer;
    const qsizetype size = (qsizetype(sizeof(dbus::LiveRecord)) + texts.size() + 7) / 8 * 8;
    const dbus::LiveRecord record{quint32(size),
                                  kinds,
                                  1'700'000'000'000'000,
                                  4711,
                                  containerPid,
                                  quint16(path.size()),
                                  quint16(from.size()),
                                  quint16(writer.size()),
                                  0};
    QByteArray message(reinterpret_cast<const char*>(&header), sizeof header);
    message += QByteArray(reinterpret_cast<const char*>(&record), sizeof record) + texts;
    message.resize(qsizetype(sizeof header) + size, '\0');
    ::send(m_stream, message.constData(), size_t(message.size()), MSG_NOSIGNAL);
}

void FakeHelper::endStream()
{
    if (m_stream >= 0)
        ::close(std::exchange(m_stream, -1));
}

QByteArray FakeHelper::firstChanges() const
{
    const auto most = lastCall.value(u"ListChanges"_s).constFirst().toMap().value(u"limit"_s).toLongLong();
    const QByteArrayList lines = changes.trimmed().split('\n');
    return most > 0 ? lines.first(std::min(lines.size(), qsizetype(most))).join('\n') + '\n' : changes;
}

void FakeHelper::summarize(const QDBusMessage& message)
{
    quint64 paths = 0;
    quint64 bytes = 0;
    dbus::PathNumbers largest;
    dbus::PathNumbers newest;
    for (const QByteArray& line : changes.split('\n')) {
        const QJsonObject change = QJsonDocument::fromJson(line).object();
        if (change.isEmpty())
            continue;
        const QByteArray path = change["path"_L1].toString().toUtf8();
        const auto size = quint64(change["bytes"_L1].toDouble());
        ++paths;
        bytes += size;
        largest.append({path, size});
        newest.append({path, quint64(change["time_usec"_L1].toDouble())});
    }
    reply(message, {paths, bytes, QVariant::fromValue(largest), QVariant::fromValue(newest)});
}

void FakeHelper::compareContent(const QDBusMessage& message)
{
    const auto paths = lastCall.value(message.member()).constFirst().value<QByteArrayList>();
    QList<qulonglong> numbers;
    for (const QByteArray& path : paths.first(std::min(paths.size(), comparedAtOnce)))
        numbers.append(differing.value(path, dbus::kNotKnown));
    reply(message, {QVariant::fromValue(numbers)});
}

bool FakeHelper::handleMessage(const QDBusMessage& message, const QDBusConnection&)
{
    if (message.interface() == "org.freedesktop.DBus.Properties"_L1) {
        const QString interface = message.arguments().value(0).toString();
        if (message.path() == kRoot)
            reply(message, {managerProperties()});
        else
            reply(message, {m_objects.value(message.path()).value(interface)});
        return true;
    }
    if (failed(message))
        return true;
    if (message.member() == "GetManagedObjects"_L1) {
        Objects objects;
        for (const auto& [path, interfaces] : m_objects.asKeyValueRange())
            objects.insert(QDBusObjectPath(path), interfaces);
        reply(message, {QVariant::fromValue(objects)});
        return true;
    }
    calls.append(message.member());
    if (message.member() == "CreateContainer"_L1) {
        create(message);
        return true;
    }
    noteCall(message);
    if (message.interface() == kJob)
        return handleJob(message);
    if (message.interface() == kContainer)
        return handleContainer(message);
    if (message.interface() == kTrashed)
        return handleTrashed(message);
    return message.interface() == kImage ? handleImage(message) : handleManager(message);
}

QString FakeHelper::introspect(const QString&) const
{
    return {};
}

} // namespace lamella::test
