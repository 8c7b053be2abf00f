// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/container_manager.h"
#include "engine/container/writable_tree.h"
#include "helper/dbus/object.h"
#include "helper/jobs/work.h"
#include "helper/objects/change_list.h"
#include "helper/objects/layer_trees.h"
#include "helper/objects/services.h"
#include "resources/dbus/types.h"

#include <QDBusObjectPath>
#include <QDBusUnixFileDescriptor>

namespace lamella::helper {

/// One container. It keeps a copy of what the engine said last, so that a property can be read at any time, also while
/// the container goes.
class ContainerObject : public Object {
    Q_OBJECT
    Q_PROPERTY(QString Id READ id CONSTANT)
    Q_PROPERTY(QString Name READ name)
    Q_PROPERTY(uint Owner READ ownerUid CONSTANT)
    Q_PROPERTY(QString ImageId READ imageId CONSTANT)
    Q_PROPERTY(QString ImageName READ imageName CONSTANT)
    Q_PROPERTY(QStringList Command READ command)
    Q_PROPERTY(QString State READ state)
    Q_PROPERTY(uint Pid READ pid)
    Q_PROPERTY(uint ShimPid READ shimPid)
    Q_PROPERTY(int ExitStatus READ exitStatus)
    Q_PROPERTY(bool OomKilled READ oomKilled)
    Q_PROPERTY(QString LastError READ lastError)
    Q_PROPERTY(qulonglong CreatedUsec READ createdUsec CONSTANT)
    Q_PROPERTY(qulonglong StartedUsec READ startedUsec)
    Q_PROPERTY(qulonglong FinishedUsec READ finishedUsec)
    Q_PROPERTY(qulonglong MemoryLimitBytes READ memoryLimitBytes)
    Q_PROPERTY(double CpuQuota READ cpuQuota)
    Q_PROPERTY(qulonglong CpuWeight READ cpuWeight)
    Q_PROPERTY(qulonglong PidsMax READ pidsMax)
    Q_PROPERTY(bool Terminal READ terminal CONSTANT)
    Q_PROPERTY(bool Init READ init CONSTANT)
    Q_PROPERTY(QString Hostname READ hostname)
    Q_PROPERTY(QString User READ user)
    Q_PROPERTY(QString WorkingDir READ workingDir)
    Q_PROPERTY(uint HostUidBase READ hostUidBase)
    Q_PROPERTY(uint HostUidCount READ hostUidCount)
    Q_PROPERTY(QString CgroupPath READ cgroupPath)
    Q_PROPERTY(lamella::dbus::Timeline StartTimeline READ startTimeline)

public:
    ContainerObject(Services& services, container::Container container);

    /// What the engine says now.
    void update(container::Container container);
    QMap<QString, QString> authorizationDetails() const override;

    QString id() const;
    QString name() const;
    uint ownerUid() const { return m_container.owner; }
    QString imageId() const;
    QString imageName() const;
    QStringList command() const;
    QString state() const;
    uint pid() const { return uint(m_container.pid); }
    uint shimPid() const { return uint(m_container.shimPid); }
    int exitStatus() const { return m_container.exitStatus; }
    bool oomKilled() const { return m_container.oomKilled; }
    QString lastError() const;
    qulonglong createdUsec() const { return qulonglong(m_container.created.count()); }
    qulonglong startedUsec() const { return qulonglong(m_container.started.count()); }
    qulonglong finishedUsec() const { return qulonglong(m_container.finished.count()); }
    qulonglong memoryLimitBytes() const { return m_container.request.memoryLimit.value; }
    double cpuQuota() const { return m_container.request.cpuQuota; }
    qulonglong cpuWeight() const { return m_container.request.cpuWeight; }
    qulonglong pidsMax() const { return m_container.request.pidsMax; }
    bool terminal() const { return m_container.request.terminal; }
    bool init() const { return m_container.request.init; }
    QString hostname() const;
    QString user() const;
    QString workingDir() const;
    uint hostUidBase() const { return m_container.hostUidBase; }
    uint hostUidCount() const { return m_container.hostUidCount; }
    QString cgroupPath() const;
    dbus::Timeline startTimeline() const;

    /// What OpenLayers reads. Errors: NotFound (the image is gone).
    Result<LayerStack> layerStack() const;

    // The contract's methods.
    void Start(const QVariantMap& options);
    QDBusObjectPath Stop(qulonglong timeoutUsec, const QVariantMap& options);
    void Kill(uint signal, const QVariantMap& options);
    void Pause(const QVariantMap& options);
    void Resume(const QVariantMap& options);
    void Remove(const QVariantMap& options);
    void Rename(const QString& name, const QVariantMap& options);
    QDBusObjectPath Exec(const QStringList& command, const QVariantMap& options, dbus::UnixFds& streams);
    QDBusObjectPath Attach(const QVariantMap& options, QDBusUnixFileDescriptor& stream);
    QDBusUnixFileDescriptor OpenLog(const QVariantMap& options);
    QDBusUnixFileDescriptor OpenStats(const QVariantMap& options);
    dbus::ProcessList ListProcesses(const QVariantMap& options);
    QDBusUnixFileDescriptor ListChanges(const QVariantMap& options);
    QDBusUnixFileDescriptor WatchChanges(const QVariantMap& options);
    qulonglong SummarizeChanges(const QVariantMap& options, qulonglong& bytes, dbus::PathNumbers& largest,
                                dbus::PathNumbers& newest);
    QList<qulonglong> CompareContent(const QByteArrayList& paths, const QVariantMap& options);
    QDBusUnixFileDescriptor OpenLayers(const QVariantMap& options);
    dbus::FileInfo ReadFile(const QByteArray& path, const QString& version, const QVariantMap& options,
                            QDBusUnixFileDescriptor& content);
    QByteArray ListDirectory(const QByteArray& path, const QVariantMap& options, QDBusUnixFileDescriptor& files,
                             QByteArray& next);
    void WriteFile(const QByteArray& path, const QDBusUnixFileDescriptor& content, const QVariantMap& options);
    void MakeDirectory(const QByteArray& path, const QVariantMap& options);
    void MakeSymlink(const QByteArray& path, const QByteArray& target, const QVariantMap& options);
    void MoveFile(const QByteArray& from, const QByteArray& to, const QVariantMap& options);
    QDBusObjectPath RemoveFiles(const QByteArrayList& paths, const QVariantMap& options);
    void SetFileAttributes(const QByteArray& path, const QVariantMap& options);
    QDBusObjectPath SetAttributesBelow(const QByteArrayList& paths, const QVariantMap& options);
    QDBusObjectPath UndoChanges(const QByteArrayList& paths, const QVariantMap& options);
    QDBusObjectPath Commit(const QString& reference, const QVariantMap& options);
    QDBusObjectPath SaveChanges(const QByteArrayList& paths, const QDBusUnixFileDescriptor& file,
                                const QVariantMap& options);
    QDBusObjectPath Export(const QDBusUnixFileDescriptor& file, const QVariantMap& options);

private:
    /// Answers the running method's call when the engine has.
    container::Reply<void> answer();
    bool runs() const;
    ChangeSource changeSource() const;
    container::TreeTarget treeTarget() const;
    /// Makes a change to its files on a thread of its own, and answers the running method's call when it is made.
    void changeFiles(std::function<Result<void>(const container::WritableTree& tree)> change);
    Result<std::shared_ptr<const void>> holdForWriting();
    /// Begins a job that changes its files, which it is held for; answers with the job or with why there is none.
    QDBusObjectPath beginChange(const QString& operation, Work::Function work);
    /// Asks it to stop when the running method's caller leaves the bus, until the connection is taken back.

    Services& m_services;
    container::Container m_container;
};

} // namespace lamella::helper
