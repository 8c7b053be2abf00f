// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/descriptor.h"
#include "gui/client/file_source.h"
#include "gui/client/layer_tree.h"
#include "gui/client/pending.h"
#include "gui/client/types.h"

#include <QByteArrayList>
#include <QPointer>
#include <QVariantMap>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace lamella::client {

class Bus;
class JobClient;
class SessionClient;
class StatsFeed;

/// An exec or attach: its session, and its descriptors (exec with a terminal: the PTY's master; without: in, out, err;
/// attach: one stream socket).
struct SessionStreams {
    QPointer<SessionClient> session;
    std::vector<Descriptor> streams;
};

/// One container. Its data is what the helper said last; it is stale while the helper is away (Client::state()).
/// Deleted (later) after Client::containerRemoved. Every call is asynchronous.
class ContainerClient : public FileSource {
    Q_OBJECT

public:
    ContainerClient(Bus* bus, const QString& path, const QVariantMap& properties);
    ~ContainerClient() override;

    const QString& path() const { return m_path; }
    const ContainerData& data() const { return m_data; }
    const QString& id() const { return m_data.id; }
    bool isRunning() const { return m_data.state == ContainerState::Running; }
    /// Running or paused: it has processes.
    bool isAlive() const { return isRunning() || m_data.state == ContainerState::Paused; }
    StatsFeed* stats() const { return m_stats.get(); }

    Pending<void> start();
    Pending<QPointer<JobClient>> stop(std::chrono::microseconds timeout);
    Pending<void> kill(quint32 signal, bool all = false);
    Pending<void> pause();
    Pending<void> resume();
    /// Into the trash, where there is one. `force`: it is killed first; `permanently`: for good.
    Pending<void> remove(bool force, bool permanently = false);
    Pending<void> rename(const QString& name);
    Pending<SessionStreams> exec(const ExecOptions& options);
    Pending<SessionStreams> attach();
    Pending<Descriptor> openLog();
    Pending<Descriptor> openStats();
    Pending<std::vector<ProcessInfo>> listProcesses();
    /// The job's result: the image ID. `paths`: only these changes; none: all.
    Pending<QPointer<JobClient>> commit(const NewImage& image, bool pause, const QByteArrayList& paths = {});
    /// `file`: opened for writing; it becomes a tar archive of the whole file tree.
    Pending<QPointer<JobClient>> exportFiles(Descriptor file);
    /// Read and parsed on another thread. `most`: only the first so many, soon; 0: all.
    Pending<ChangeSet> listChanges(quint64 most = 0);
    /// The socket on which it is told what it changes (LiveStream reads it).
    Pending<Descriptor> watchChanges();
    Pending<ChangeSummary> summarizeChanges();
    /// Of each of these paths, 256 at most, how many bytes of the file are others than the image's; nothing: it is not
    /// known. There may be fewer answers than paths, but one at least: the rest is asked for again.
    Pending<std::vector<std::optional<quint64>>> compareContent(const QByteArrayList& paths);
    /// Every path of its layers, with the writable one on top. `compareWith`: the object path of another image or
    /// container, whose files are compared with this one's; empty: none.
    Pending<LayerTreePtr> openLayers(const QString& compareWith = {});
    /// The beginning of one file, and what there is to know of it; `path` as it is in bytes.
    enum class Version { Container, Image };
    Pending<FileVersion> readFile(const QByteArray& path, Version version);
    Pending<FileVersion> readPart(const QByteArray& path, quint64 offset, quint64 length) override;
    Pending<FileListing> listDirectory(const QByteArray& path, const QByteArray& after) override;
    using FileSource::listDirectory;
    /// At most 16 MiB at a time.
    Pending<void> writeFile(const QByteArray& path, const QByteArray& content, const WriteOptions& options);
    Pending<void> makeDirectory(const QByteArray& path, quint32 mode);
    Pending<void> makeSymlink(const QByteArray& path, const QByteArray& target);
    Pending<void> moveFile(const QByteArray& from, const QByteArray& to, bool replace = false);
    Pending<QPointer<JobClient>> removeFiles(const QByteArrayList& paths);
    /// Of files and everything below them; the job's result: how many are so now, how many could not be changed, and
    /// why, of the first of them.
    Pending<QPointer<JobClient>> setAttributesBelow(const QByteArrayList& paths, const FileAttributes& attributes);
    Pending<void> setFileAttributes(const QByteArray& path, const FileAttributes& attributes);
    /// `file`: opened for writing; it becomes a tar archive of these changes, in the form of an image's layer. Or an
    /// empty directory, opened for reading, in which they become files; the job's result is then what is not there.
    Pending<QPointer<JobClient>> saveChanges(const QByteArrayList& paths, Descriptor file);
    /// Gives paths, and all below them, back what the image has; "/" is everything.
    Pending<QPointer<JobClient>> undoChanges(const QByteArrayList& paths);

    /// Takes what PropertiesChanged or a new snapshot brought. Called by Client.
    void update(const QVariantMap& properties);

Q_SIGNALS:
    /// Something in data() is another than before.
    void changed();
    /// Emitted before changed() where the state is another.
    void stateChanged(lamella::client::ContainerState before);

private:
    Bus* m_bus;
    QString m_path;
    ContainerData m_data;
    std::unique_ptr<StatsFeed> m_stats;
};

} // namespace lamella::client
