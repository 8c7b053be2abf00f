// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/wire.h"

#include "gui/client/changes_reader.h"
#include "resources/dbus/types.h"

#include <QDBusObjectPath>

namespace lamella::client {

namespace {

template <class T>
void take(const QVariantMap& properties, QLatin1StringView name, T& value)
{
    const auto it = properties.find(name);
    if (it != properties.end() && it->metaType() == QMetaType::fromType<T>())
        value = it->value<T>();
}

template <class Wire, class Take>
void takeList(const QVariantMap& properties, QLatin1StringView name, Take takeOne)
{
    const auto it = properties.find(name);
    if (it == properties.end())
        return;
    takeOne(qdbus_cast<Wire>(*it));
}

template <class State>
void takeState(const QVariantMap& properties, std::initializer_list<std::pair<QLatin1StringView, State>> words,
               State& value)
{
    QString word;
    take(properties, QLatin1StringView("State"), word);
    for (const auto& [known, state] : words) {
        if (word == known)
            value = state;
    }
}

} // namespace

using namespace Qt::StringLiterals;

void read(const QVariantMap& properties, ManagerData& data)
{
    take(properties, "Version"_L1, data.version);
    take(properties, "ApiVersion"_L1, data.apiVersion);
    take(properties, "Platform"_L1, data.platform);
    take(properties, "CgroupMode"_L1, data.cgroupMode);
    take(properties, "CpuCount"_L1, data.cpuCount);
    take(properties, "MemoryBytes"_L1, data.memoryBytes);
    take(properties, "TrashDays"_L1, data.trashDays);
}

void read(const QVariantMap& properties, ContainerData& data)
{
    take(properties, "Id"_L1, data.id);
    take(properties, "Name"_L1, data.name);
    take(properties, "Owner"_L1, data.owner);
    take(properties, "ImageId"_L1, data.imageId);
    take(properties, "ImageName"_L1, data.imageName);
    take(properties, "Command"_L1, data.command);
    takeState<ContainerState>(properties,
                              {{"created"_L1, ContainerState::Created},
                               {"running"_L1, ContainerState::Running},
                               {"paused"_L1, ContainerState::Paused},
                               {"stopped"_L1, ContainerState::Stopped}},
                              data.state);
    take(properties, "Pid"_L1, data.pid);
    take(properties, "ShimPid"_L1, data.shimPid);
    take(properties, "ExitStatus"_L1, data.exitStatus);
    take(properties, "OomKilled"_L1, data.oomKilled);
    take(properties, "LastError"_L1, data.lastError);
    take(properties, "CreatedUsec"_L1, data.createdUsec);
    take(properties, "StartedUsec"_L1, data.startedUsec);
    take(properties, "FinishedUsec"_L1, data.finishedUsec);
    take(properties, "MemoryLimitBytes"_L1, data.memoryLimitBytes);
    take(properties, "CpuQuota"_L1, data.cpuQuota);
    take(properties, "CpuWeight"_L1, data.cpuWeight);
    take(properties, "PidsMax"_L1, data.pidsMax);
    take(properties, "Terminal"_L1, data.terminal);
    take(properties, "Init"_L1, data.init);
    take(properties, "Hostname"_L1, data.hostname);
    take(properties, "User"_L1, data.user);
    take(properties, "WorkingDir"_L1, data.workingDir);
    take(properties, "HostUidBase"_L1, data.hostUidBase);
    take(properties, "HostUidCount"_L1, data.hostUidCount);
    take(properties, "CgroupPath"_L1, data.cgroupPath);
    takeList<dbus::Timeline>(properties, "StartTimeline"_L1, [&data](const dbus::Timeline& steps) {
        data.startTimeline.clear();
        for (const dbus::TimelineStep& step : steps)
            data.startTimeline.push_back({step.step, step.usec});
    });
}

void read(const QVariantMap& properties, TrashedData& data)
{
    take(properties, "Id"_L1, data.id);
    take(properties, "Name"_L1, data.name);
    take(properties, "Owner"_L1, data.owner);
    take(properties, "ImageId"_L1, data.imageId);
    take(properties, "ImageName"_L1, data.imageName);
    take(properties, "CreatedUsec"_L1, data.createdUsec);
    take(properties, "RemovedUsec"_L1, data.removedUsec);
    take(properties, "ExpiresUsec"_L1, data.expiresUsec);
    take(properties, "Changes"_L1, data.changes);
    take(properties, "SizeBytes"_L1, data.sizeBytes);
}

void read(const QVariantMap& properties, ImageData& data)
{
    take(properties, "Id"_L1, data.id);
    take(properties, "Owner"_L1, data.owner);
    take(properties, "References"_L1, data.references);
    take(properties, "CreatedUsec"_L1, data.createdUsec);
    take(properties, "Platform"_L1, data.platform);
    take(properties, "SizeBytes"_L1, data.sizeBytes);
    take(properties, "Command"_L1, data.command);
    take(properties, "Env"_L1, data.env);
    take(properties, "WorkingDir"_L1, data.workingDir);
    take(properties, "User"_L1, data.user);
    takeList<dbus::LayerList>(properties, "Layers"_L1, [&data](const dbus::LayerList& layers) {
        data.layers.clear();
        for (const dbus::Layer& layer : layers)
            data.layers.push_back({layer.diffId, layer.chainId, layer.sizeBytes, layer.createdUsec, layer.createdBy});
    });
    takeList<dbus::ObjectPaths>(properties, "UsedBy"_L1, [&data](const dbus::ObjectPaths& containers) {
        data.usedBy.clear();
        for (const QDBusObjectPath& container : containers)
            data.usedBy.append(container.path());
    });
}

void read(const QVariantMap& properties, JobData& data)
{
    take(properties, "Operation"_L1, data.operation);
    takeState<JobState>(properties,
                        {{"running"_L1, JobState::Running},
                         {"succeeded"_L1, JobState::Succeeded},
                         {"failed"_L1, JobState::Failed},
                         {"cancelled"_L1, JobState::Cancelled}},
                        data.state);
    take(properties, "Stage"_L1, data.stage);
    take(properties, "Progress"_L1, data.progress);
    take(properties, "BytesDone"_L1, data.bytesDone);
    take(properties, "BytesTotal"_L1, data.bytesTotal);
    take(properties, "Items"_L1, data.items);
    takeList<dbus::JobParts>(properties, "Parts"_L1, [&data](const dbus::JobParts& parts) {
        data.parts.clear();
        for (const dbus::JobPart& part : parts)
            data.parts.push_back({part.name, part.bytesDone, part.bytesTotal});
    });
    take(properties, "Cancelable"_L1, data.cancelable);
    take(properties, "Result"_L1, data.result);
    take(properties, "ErrorName"_L1, data.errorName);
    take(properties, "ErrorMessage"_L1, data.errorMessage);
}

void read(const QVariantMap& properties, SessionData& data)
{
    take(properties, "Kind"_L1, data.kind);
    QDBusObjectPath container;
    take(properties, "Container"_L1, container);
    if (!container.path().isEmpty())
        data.containerPath = container.path();
    take(properties, "Pid"_L1, data.pid);
    take(properties, "Running"_L1, data.running);
    take(properties, "ExitStatus"_L1, data.exitStatus);
}

namespace {

using Texts = std::initializer_list<std::pair<QString, QString>>;

void putTexts(QVariantMap& wire, const Texts& texts)
{
    for (const auto& [name, value] : texts) {
        if (!value.isEmpty())
            wire.insert(name, value);
    }
}

} // namespace

FileVersion fileVersion(const dbus::FileInfo& info, QByteArray content)
{
    FileVersion file;
    file.exists = info.exists;
    file.type = fileTypeOf(info.type).value_or(FileType::File);
    file.size = info.sizeBytes;
    file.content = std::move(content);
    file.isWhole = static_cast<quint64>(file.content.size()) >= file.size;
    file.linkTarget = QString::fromUtf8(info.target);
    file.digest = info.digest;
    file.mode = info.mode;
    file.uid = info.uid;
    file.gid = info.gid;
    file.mtimeUsec = info.mtimeUsec;
    return file;
}

QVariantMap toWire(const CreateOptions& options)
{
    QVariantMap wire{{u"start"_s, options.start}, {u"terminal"_s, options.terminal}, {u"init"_s, options.init}};
    if (!options.env.isEmpty())
        wire.insert(u"env"_s, options.env);
    putTexts(wire,
             {{u"working_dir"_s, options.workingDir}, {u"user"_s, options.user}, {u"hostname"_s, options.hostname}});
    const std::initializer_list<std::pair<QString, quint64>> numbers{{u"memory_bytes"_s, options.memoryBytes},
                                                                     {u"cpu_weight"_s, options.cpuWeight},
                                                                     {u"pids_max"_s, options.pidsMax}};
    for (const auto& [name, value] : numbers) {
        if (value != 0)
            wire.insert(name, value);
    }
    if (options.cpuQuota > 0)
        wire.insert(u"cpu_quota"_s, options.cpuQuota);
    return wire;
}

QVariantMap toWire(const ExecOptions& options)
{
    QVariantMap wire{{u"terminal"_s, options.terminal}};
    if (options.terminal) {
        wire.insert(u"rows"_s, QVariant::fromValue<ushort>(options.rows));
        wire.insert(u"columns"_s, QVariant::fromValue<ushort>(options.columns));
    }
    if (!options.env.isEmpty())
        wire.insert(u"env"_s, options.env);
    putTexts(wire, {{u"working_dir"_s, options.workingDir}, {u"user"_s, options.user}});
    return wire;
}

QVariantMap toWire(const RegistryOptions& options)
{
    QVariantMap wire;
    putTexts(wire,
             {{u"platform"_s, options.platform},
              {u"user"_s, options.user},
              // A token stands for the password.
              {u"password"_s, options.identityToken.isEmpty() ? options.password : QString()},
              {u"identity_token"_s, options.identityToken},
              {u"ca_certificates"_s, options.caCertificates},
              {u"http_proxy"_s, options.httpProxy},
              {u"https_proxy"_s, options.httpsProxy},
              {u"no_proxy"_s, options.noProxy}});
    if (options.plainHttp)
        wire.insert(u"plain_http"_s, true);
    if (!options.mirrors.isEmpty())
        wire.insert(u"mirrors"_s, options.mirrors);
    return wire;
}

QVariantMap toWire(const SaveOptions& options)
{
    QVariantMap wire;
    putTexts(wire,
             {{u"compression"_s, options.compression}, {u"format"_s, options.directory ? u"oci-dir"_s : QString()}});
    return wire;
}

QVariantMap toWire(const NewImage& image)
{
    QVariantMap wire;
    putTexts(wire,
             {{u"author"_s, image.author},
              {u"message"_s, image.message},
              {u"working_dir"_s, image.workingDir},
              {u"user"_s, image.user},
              {u"stop_signal"_s, image.stopSignal}});
    const std::initializer_list<std::pair<QString, QStringList>> lists{{u"entrypoint"_s, image.entrypoint},
                                                                       {u"command"_s, image.command},
                                                                       {u"env"_s, image.env},
                                                                       {u"unset_env"_s, image.unsetEnv},
                                                                       {u"exposed_ports"_s, image.exposedPorts},
                                                                       {u"volumes"_s, image.volumes},
                                                                       {u"labels"_s, image.labels}};
    for (const auto& [name, list] : lists) {
        if (!list.isEmpty())
            wire.insert(name, list);
    }
    return wire;
}

QVariantMap toWire(const FileAttributes& attributes)
{
    QVariantMap given;
    if (attributes.mode)
        given.insert(QStringLiteral("mode"), *attributes.mode);
    if (attributes.uid)
        given.insert(QStringLiteral("uid"), *attributes.uid);
    if (attributes.gid)
        given.insert(QStringLiteral("gid"), *attributes.gid);
    return given;
}

} // namespace lamella::client
