// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHash>
#include <QString>
#include <QStringList>

#include <optional>
#include <vector>

/// What the helper says of its objects, as plain values without D-Bus. Names and meaning as in
/// resources/dbus/org.lamella.Lamella1.xml; sizes are bytes, times µs of the real-time clock since 1970 (0: never).
namespace lamella::client {

struct ManagerData {
    QString version;
    quint32 apiVersion = 0;
    QString platform; ///< the machine's, as images name it
    QString cgroupMode;
    quint32 cpuCount = 1;
    quint64 memoryBytes = 0;
    quint32 trashDays = 0; ///< how long removed containers can be brought back; 0: they are gone at once
};

enum class ContainerState { Created, Running, Paused, Stopped };

struct TimelineStep {
    QString step;
    quint64 usec = 0; ///< after Start was called

    friend bool operator==(const TimelineStep&, const TimelineStep&) = default;
};

struct ContainerData {
    QString id;
    QString name;
    quint32 owner = 0;
    QString imageId;
    QString imageName;
    QStringList command;
    ContainerState state = ContainerState::Created;
    quint32 pid = 0;
    quint32 shimPid = 0;
    int exitStatus = -1;
    bool oomKilled = false;
    QString lastError;
    quint64 createdUsec = 0;
    quint64 startedUsec = 0;
    quint64 finishedUsec = 0;
    quint64 memoryLimitBytes = 0;
    double cpuQuota = 0;
    quint64 cpuWeight = 100;
    quint64 pidsMax = 0;
    bool terminal = false;
    bool init = false;
    QString hostname;
    QString user;
    QString workingDir;
    quint32 hostUidBase = 0;
    quint32 hostUidCount = 0;
    QString cgroupPath;
    std::vector<TimelineStep> startTimeline;

    friend bool operator==(const ContainerData&, const ContainerData&) = default;
};

/// A container in the trash.
struct TrashedData {
    QString id;
    QString name;
    quint32 owner = 0;
    QString imageId;
    QString imageName;
    quint64 createdUsec = 0;
    quint64 removedUsec = 0;
    quint64 expiresUsec = 0; ///< when it goes for good
    qint64 changes = -1; ///< paths that it has changed; -1: not counted yet
    quint64 sizeBytes = 0; ///< of its writable layer

    friend bool operator==(const TrashedData&, const TrashedData&) = default;
};

struct LayerInfo {
    QString diffId;
    QString chainId;
    quint64 sizeBytes = 0;
    quint64 createdUsec = 0;
    QString createdBy;

    friend bool operator==(const LayerInfo&, const LayerInfo&) = default;
};

struct ImageData {
    QString id; ///< "sha256:<hex>"
    quint32 owner = 0;
    QStringList references;
    quint64 createdUsec = 0;
    QString platform; ///< "linux/amd64"
    quint64 sizeBytes = 0;
    QStringList command;
    QStringList env;
    QString workingDir;
    QString user;
    std::vector<LayerInfo> layers; ///< from the bottom
    QStringList usedBy; ///< object paths of containers

    friend bool operator==(const ImageData&, const ImageData&) = default;
};

/// One step of how an image was made.
struct HistoryStep {
    quint64 createdUsec = 0;
    QString createdBy;
    QString comment;
    bool emptyLayer = false; ///< it changed only the configuration
    quint64 sizeBytes = 0;

    friend bool operator==(const HistoryStep&, const HistoryStep&) = default;
};

/// The documents of an image, JSON as whoever made it wrote it.
struct ImageDocuments {
    QString manifest;
    QString config;
};

struct ImageUsage {
    quint64 uniqueBytes = 0; ///< what removing it gives back
    quint64 sharedBytes = 0;
};

struct DiskUsage {
    quint64 totalBytes = 0; ///< each layer counted once
    QHash<QString, ImageUsage> images; ///< by object path
};

/// What a prune removed, or would remove.
struct Pruned {
    QStringList images; ///< object paths
    quint64 bytes = 0;
};

/// How to talk to a registry; what is left empty is the helper's default.
struct RegistryOptions {
    QString platform; ///< "linux/arm64"; of pulls only
    QString user;
    QString password;
    QString identityToken;
    bool plainHttp = false;
    QString caCertificates; ///< PEM
    QStringList mirrors; ///< of pulls and lists of tags
    QString httpProxy;
    QString httpsProxy;
    QString noProxy;
};

struct SaveOptions {
    QString compression; ///< of the whole archive: "none", "gzip", "zstd"
    bool directory = false; ///< an OCI layout in an empty directory instead of an archive
};

/// What an image that is made here gets; what is left empty is as it was.
struct NewImage {
    QString reference;
    QString author;
    QString message;
    QStringList entrypoint; ///< one without a command takes that away, too
    QStringList command;
    QStringList env; ///< KEY=value
    QStringList unsetEnv; ///< names
    QString workingDir;
    QString user;
    QString stopSignal;
    QStringList exposedPorts; ///< "80", "53/udp"; these and the next two are added
    QStringList volumes;
    QStringList labels; ///< name=value
};

enum class JobState { Running, Succeeded, Failed, Cancelled };

/// What goes on side by side within a job.
struct JobPart {
    QString name;
    quint64 bytesDone = 0;
    quint64 bytesTotal = 0; ///< 0 where it is not known

    friend bool operator==(const JobPart&, const JobPart&) = default;
};

struct JobData {
    QString operation;
    JobState state = JobState::Running;
    QString stage;
    double progress = -1; ///< 0 to 1; -1 where it cannot be known
    quint64 bytesDone = 0;
    quint64 bytesTotal = 0;
    QStringList items; ///< object paths, or the names by which it was asked for them
    std::vector<JobPart> parts;
    bool cancelable = false;
    QStringList result;
    QString errorName;
    QString errorMessage;

    friend bool operator==(const JobData&, const JobData&) = default;
};

struct SessionData {
    QString kind;
    QString containerPath;
    quint32 pid = 0;
    bool running = true;
    int exitStatus = -1;

    friend bool operator==(const SessionData&, const SessionData&) = default;
};

struct ProcessInfo {
    quint32 hostPid = 0;
    quint32 containerPid = 0; ///< 0: the shim, outside
    quint32 parentHostPid = 0;
    quint32 hostUid = 0;
    quint32 containerUid = 0;
    quint64 cpuUsec = 0;
    quint64 residentBytes = 0;
    QString state; ///< the letter of proc_pid_stat(5)
    QString command;

    friend bool operator==(const ProcessInfo&, const ProcessInfo&) = default;
};

enum class ChangeKind {
    Added,
    Modified,
    Deleted,
    Attributes, ///< only owner, mode, times or attributes
    Copied, ///< it takes room in the writable layer, and nothing differs
};
inline constexpr std::size_t kChangeKinds = 5;
enum class FileType { File, Directory, Symlink, Fifo, Socket, CharDevice, BlockDevice };

/// Who has changed a file, where that was seen.
struct Writer {
    QString name = {}; ///< of the process; empty: it had ended
    quint32 containerPid = 0; ///< inside; 0: not known, or none of the container's
    quint32 hostPid = 0; ///< 0: nobody is known
    bool isLamella = false; ///< an undo

    friend bool operator==(const Writer&, const Writer&) = default;
};

struct ChangeEntry {
    QString path; ///< absolute; bytes that are not UTF-8 appear as U+FFFD
    ChangeKind kind = ChangeKind::Added;
    FileType type = FileType::File;
    quint64 bytes = 0; ///< what it costs in the writable layer
    QString layer = {}; ///< diffID of the layer that has the path; empty for Added
    QByteArray rawPath = {}; ///< its bytes, where they are not UTF-8
    quint64 size = 0; ///< of the file; of a deleted one, as the image has it
    quint64 sizeBelow = 0; ///< as the image has it
    quint64 timeUsec = 0; ///< when it was last changed; 0: not known
    Writer writer = {}; ///< the last one
    QString renamedFrom = {}; ///< what it was called first, where it was seen being renamed

    friend bool operator==(const ChangeEntry&, const ChangeEntry&) = default;
};

struct ChangeSet {
    std::vector<ChangeEntry> entries; ///< in the order of the tree
    bool truncated = false; ///< there were more than the window takes
};

/// What would be lost with a container.
struct ChangeSummary {
    struct File {
        QString path;
        quint64 number = 0;
    };
    quint64 paths = 0; ///< that were changed
    quint64 bytes = 0; ///< in the writable layer
    std::vector<File> largest; ///< with their bytes
    std::vector<File> newest; ///< with the microseconds since 1970
};

/// One file as it is in one place: in an image or in a container.
struct FileVersion {
    bool exists = false; ///< where it does not, nothing below counts
    FileType type = FileType::File;
    quint64 size = 0; ///< in bytes, of all of it
    QByteArray content = {}; ///< of a file: all of it, or its beginning
    bool isWhole = true; ///< whether `content` is all of it
    QString linkTarget = {};
    QString digest = {}; ///< "sha256:<hex>"; empty: not known
    quint32 mode = 0; ///< permission bits
    quint32 uid = 0; ///< as the container sees it
    quint32 gid = 0;
    qint64 mtimeUsec = 0; ///< since 1970; 0: not known

    friend bool operator==(const FileVersion&, const FileVersion&) = default;
};

/// One name of a directory.
struct FileEntry {
    QByteArray name; ///< its bytes, whether they are UTF-8 or not
    FileType type = FileType::File;
    quint32 mode = 0; ///< permission bits, set-id and sticky
    quint32 uid = 0; ///< as the container sees it
    quint32 gid = 0;
    quint64 size = 0;
    qint64 mtimeUsec = 0; ///< since 1970
    QByteArray target = {}; ///< of a symlink
    std::optional<ChangeKind> change = {}; ///< against the image
    bool isCopiedUp = false; ///< a directory of the image in which something was changed
    bool isMounted = false; ///< something is mounted there, and what that holds is not seen
    QString layer = {}; ///< diffID of the layer that it is of; empty for the writable one

    friend bool operator==(const FileEntry&, const FileEntry&) = default;
};

/// A part of a directory.
struct FileListing {
    QByteArray directory; ///< where it really is, when symlinks have been followed
    std::vector<FileEntry> entries; ///< sorted by the bytes of their names
    QByteArray next; ///< where there are more: what the next part is asked for with
};

/// What of a file is to be another; what is left empty stays.
struct FileAttributes {
    std::optional<quint32> mode;
    std::optional<quint32> uid;
    std::optional<quint32> gid;
};

/// How a file is written.
struct WriteOptions {
    std::optional<quint32> mode = {}; ///< of a new one
    bool isNew = false; ///< refused where there is one already
    QString replaces = {}; ///< "sha256:<hex>" of what is replaced: refused where it is another by now
    std::optional<quint64> offset = {}; ///< into the file that is there
};

/// What Manager.CreateContainer takes; what is left empty or 0 is the helper's default.
struct CreateOptions {
    QString image; ///< a reference or an image ID
    QString name;
    QStringList command;
    QStringList env; ///< KEY=value
    QString workingDir;
    QString user;
    QString hostname;
    bool terminal = false;
    bool init = false;
    quint64 memoryBytes = 0;
    double cpuQuota = 0;
    quint64 cpuWeight = 0;
    quint64 pidsMax = 0;
    bool start = true; ///< and then a container that does not start is not left behind
};

struct ExecOptions {
    QStringList command;
    QStringList env;
    QString workingDir;
    QString user;
    bool terminal = true;
    quint16 rows = 24;
    quint16 columns = 80;
};

} // namespace lamella::client
