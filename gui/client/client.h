// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/container_client.h"
#include "gui/client/descriptor.h"
#include "gui/client/image_client.h"
#include "gui/client/job_client.h"
#include "gui/client/pending.h"
#include "gui/client/session_client.h"
#include "gui/client/trashed_client.h"
#include "gui/client/types.h"

#include <QHash>
#include <QList>
#include <QMap>
#include <QObject>
#include <QTimer>
#include <QVariantMap>

#include <memory>

namespace lamella::client {

class Bus;
class SignalHub;

/// The helper as the window sees it: a snapshot of its objects (GetManagedObjects), kept up to date by its signals.
/// Heals by itself when the helper comes back. Never blocks.
class Client : public QObject {
    Q_OBJECT

public:
    enum class State {
        Connecting, ///< nothing known yet
        NoBus, ///< there is no system bus
        NoHelper, ///< nobody has the helper's name, and it could not be started
        HelperTooOld, ///< its ApiVersion is below the window's
        HelperTooNew,
        Refused, ///< the bus or the helper does not let this user in
        Ready,
    };
    Q_ENUM(State)

    explicit Client(QObject* parent = nullptr);
    ~Client() override;

    /// Connects to the system bus, starts the helper where the bus knows how, and reads everything. Call it again to
    /// try again.
    void connectToHelper();

    State state() const { return m_state; }
    bool isReady() const { return m_state == State::Ready; }
    /// What is wrong and what to do, for people; empty when Ready or Connecting.
    QString sentence() const { return m_sentence; }
    const ManagerData& manager() const { return m_manager; }

    QList<ContainerClient*> containers() const { return m_containers.values(); }
    QList<ImageClient*> images() const { return m_images.values(); }
    QList<TrashedClient*> trash() const { return m_trash.values(); }
    QList<JobClient*> jobs() const { return m_jobs.values(); }
    /// By id; nullptr where there is none.
    ContainerClient* container(const QString& id) const;
    ImageClient* image(const QString& id) const;
    TrashedClient* trashed(const QString& id) const;

    /// `source`: a descriptor of the directory of an OCI image layout, or of an archive. The job's result: the image
    /// IDs.
    Pending<QPointer<JobClient>> loadImage(Descriptor source);
    /// The canonical name of what a person writes.
    Pending<QString> resolveReference(const QString& name);
    /// The job's result: the image ID.
    Pending<QPointer<JobClient>> pullImage(const QString& reference, const RegistryOptions& options);
    /// The job's result: the tags.
    Pending<QPointer<JobClient>> listTags(const QString& repository, const RegistryOptions& options);
    /// The job's result is "accepted", or "not-asked". `registry`: a registry, or a part of one.
    Pending<QPointer<JobClient>> checkLogin(const QString& registry, const RegistryOptions& options);
    /// `images`: references or IDs; `file`: opened for writing.
    Pending<QPointer<JobClient>> saveImages(const QStringList& images, Descriptor file, const SaveOptions& options);
    /// `archive`: a root file system as a tar archive. The job's result: the image ID.
    Pending<QPointer<JobClient>> importImage(Descriptor archive, const NewImage& image);
    Pending<DiskUsage> diskUsage();
    /// `all`: also images that have a name; `dryRun`: only says what would go.
    Pending<Pruned> pruneImages(bool all, bool dryRun);
    Pending<QPointer<ContainerClient>> createContainer(const CreateOptions& options);
    /// Deletes for good what the person has in the trash; the bytes that came free.
    Pending<quint64> emptyTrash();

Q_SIGNALS:
    void stateChanged();
    void containerAdded(lamella::client::ContainerClient* container);
    /// Still whole, but no longer in containers(); deleted when control is back in the event loop.
    void containerRemoved(lamella::client::ContainerClient* container);
    void imageAdded(lamella::client::ImageClient* image);
    void imageRemoved(lamella::client::ImageClient* image);
    void trashedAdded(lamella::client::TrashedClient* trashed);
    void trashedRemoved(lamella::client::TrashedClient* trashed);
    void jobAdded(lamella::client::JobClient* job);
    void jobRemoved(lamella::client::JobClient* job);

private:
    friend class Bus;
    friend class SignalHub;
    using Interfaces = QMap<QString, QVariantMap>;

    void setState(State state, const QString& sentence = {});
    void busConnected(const QString& connectionName, const QString& error);
    void busLost();
    void askForOwner();
    void startHelper();
    void ownerChanged(const QString& owner);
    void readManager();
    void takeManager(const QVariantMap& properties);
    void takeSnapshot();
    void applySnapshot(const QMap<QString, Interfaces>& objects);
    void addObject(const QString& path, const Interfaces& interfaces);
    void updateObject(const QString& path, const QVariantMap& properties);
    void removeObject(const QString& path);
    JobClient* ensureJob(const QString& path);
    SessionClient* ensureSession(const QString& path);
    void refresh(const QString& path, const QString& interface);
    /// A call of the manager's that begins a job.
    template <class Call>
    Pending<QPointer<JobClient>> begin(const Call& call);
    void fetchContainer(const QString& path, const Promise<QPointer<ContainerClient>>& promise);
    void pollStats();

    std::unique_ptr<Bus> m_bus;
    std::unique_ptr<SignalHub> m_hub;
    State m_state = State::Connecting;
    QString m_sentence;
    ManagerData m_manager;
    QHash<QString, ContainerClient*> m_containers; ///< by object path, as the others
    QHash<QString, ImageClient*> m_images;
    QHash<QString, TrashedClient*> m_trash;
    QHash<QString, JobClient*> m_jobs;
    QHash<QString, SessionClient*> m_sessions;
    QTimer m_statsTimer;
};

} // namespace lamella::client
