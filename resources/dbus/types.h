// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDBusArgument>
#include <QDBusMetaType>
#include <QDBusObjectPath>
#include <QDBusUnixFileDescriptor>
#include <QList>
#include <QString>

#include <cstdint>

/// The structures of org.lamella.Lamella1.xml, shared by the helper (which writes them) and the window (which reads
/// them).
namespace lamella::dbus {

using UnixFds = QList<QDBusUnixFileDescriptor>;

/// Container.StartTimeline: a(st)
struct TimelineStep {
    QString step;
    quint64 usec = 0;

    friend bool operator==(const TimelineStep&, const TimelineStep&) = default;
};
using Timeline = QList<TimelineStep>;

/// Container.ListProcesses: a(uuuuuttss)
struct Process {
    quint32 hostPid = 0;
    quint32 containerPid = 0;
    quint32 parentHostPid = 0;
    quint32 hostUid = 0;
    quint32 containerUid = 0;
    quint64 cpuUsec = 0;
    quint64 residentBytes = 0;
    QString state;
    QString command;

    friend bool operator==(const Process&, const Process&) = default;
};
using ProcessList = QList<Process>;

/// Image.Layers: a(sstts)
struct Layer {
    QString diffId;
    QString chainId;
    quint64 sizeBytes = 0;
    quint64 createdUsec = 0;
    QString createdBy;

    friend bool operator==(const Layer&, const Layer&) = default;
};
using LayerList = QList<Layer>;

/// Image.GetHistory: a(tssbt)
struct HistoryStep {
    quint64 createdUsec = 0;
    QString createdBy;
    QString comment;
    bool emptyLayer = false;
    quint64 sizeBytes = 0;

    friend bool operator==(const HistoryStep&, const HistoryStep&) = default;
};
using History = QList<HistoryStep>;

/// Manager.GetDiskUsage: a(ott)
struct ImageUsage {
    QDBusObjectPath image;
    quint64 uniqueBytes = 0;
    quint64 sharedBytes = 0;

    friend bool operator==(const ImageUsage&, const ImageUsage&) = default;
};
using DiskUsage = QList<ImageUsage>;

/// Job.Parts: a(stt)
struct JobPart {
    QString name;
    quint64 bytesDone = 0;
    quint64 bytesTotal = 0;

    friend bool operator==(const JobPart&, const JobPart&) = default;
};
using JobParts = QList<JobPart>;

/// Container.SummarizeChanges: a(ayt)
struct PathNumber {
    QByteArray path; ///< bytes as they are
    quint64 number = 0;

    friend bool operator==(const PathNumber&, const PathNumber&) = default;
};
using PathNumbers = QList<PathNumber>;

/// Container.CompareContent: what it answers for a file of which it is not known.
inline constexpr quint64 kNotKnown = UINT64_MAX;

/// Container.ReadFile: (bstuuuxayss)
struct FileInfo {
    bool exists = false;
    QString type; ///< as in Container.ListChanges
    quint64 sizeBytes = 0;
    quint32 mode = 0; ///< permission bits, set-id and sticky
    quint32 uid = 0; ///< as the container sees it
    quint32 gid = 0;
    qint64 mtimeUsec = 0;
    QByteArray target; ///< of a symlink
    QString layer; ///< diffID of the layer that it is of; empty for the writable one
    QString digest; ///< "sha256:<hex>" where it was asked for

    friend bool operator==(const FileInfo&, const FileInfo&) = default;
};

using ObjectPaths = QList<QDBusObjectPath>;

inline QDBusArgument& operator<<(QDBusArgument& out, const TimelineStep& value)
{
    out.beginStructure();
    out << value.step << value.usec;
    out.endStructure();
    return out;
}

inline const QDBusArgument& operator>>(const QDBusArgument& in, TimelineStep& value)
{
    in.beginStructure();
    in >> value.step >> value.usec;
    in.endStructure();
    return in;
}

inline QDBusArgument& operator<<(QDBusArgument& out, const Process& value)
{
    out.beginStructure();
    out << value.hostPid << value.containerPid << value.parentHostPid << value.hostUid << value.containerUid
        << value.cpuUsec << value.residentBytes << value.state << value.command;
    out.endStructure();
    return out;
}

inline const QDBusArgument& operator>>(const QDBusArgument& in, Process& value)
{
    in.beginStructure();
    in >> value.hostPid >> value.containerPid >> value.parentHostPid >> value.hostUid >> value.containerUid
        >> value.cpuUsec >> value.residentBytes >> value.state >> value.command;
    in.endStructure();
    return in;
}

inline QDBusArgument& operator<<(QDBusArgument& out, const Layer& value)
{
    out.beginStructure();
    out << value.diffId << value.chainId << value.sizeBytes << value.createdUsec << value.createdBy;
    out.endStructure();
    return out;
}

inline const QDBusArgument& operator>>(const QDBusArgument& in, Layer& value)
{
    in.beginStructure();
    in >> value.diffId >> value.chainId >> value.sizeBytes >> value.createdUsec >> value.createdBy;
    in.endStructure();
    return in;
}

inline QDBusArgument& operator<<(QDBusArgument& out, const HistoryStep& value)
{
    out.beginStructure();
    out << value.createdUsec << value.createdBy << value.comment << value.emptyLayer << value.sizeBytes;
    out.endStructure();
    return out;
}

inline const QDBusArgument& operator>>(const QDBusArgument& in, HistoryStep& value)
{
    in.beginStructure();
    in >> value.createdUsec >> value.createdBy >> value.comment >> value.emptyLayer >> value.sizeBytes;
    in.endStructure();
    return in;
}

inline QDBusArgument& operator<<(QDBusArgument& out, const ImageUsage& value)
{
    out.beginStructure();
    out << value.image << value.uniqueBytes << value.sharedBytes;
    out.endStructure();
    return out;
}

inline const QDBusArgument& operator>>(const QDBusArgument& in, ImageUsage& value)
{
    in.beginStructure();
    in >> value.image >> value.uniqueBytes >> value.sharedBytes;
    in.endStructure();
    return in;
}

inline QDBusArgument& operator<<(QDBusArgument& out, const JobPart& value)
{
    out.beginStructure();
    out << value.name << value.bytesDone << value.bytesTotal;
    out.endStructure();
    return out;
}

inline const QDBusArgument& operator>>(const QDBusArgument& in, JobPart& value)
{
    in.beginStructure();
    in >> value.name >> value.bytesDone >> value.bytesTotal;
    in.endStructure();
    return in;
}

inline QDBusArgument& operator<<(QDBusArgument& out, const PathNumber& value)
{
    out.beginStructure();
    out << value.path << value.number;
    out.endStructure();
    return out;
}

inline const QDBusArgument& operator>>(const QDBusArgument& in, PathNumber& value)
{
    in.beginStructure();
    in >> value.path >> value.number;
    in.endStructure();
    return in;
}

inline QDBusArgument& operator<<(QDBusArgument& out, const FileInfo& value)
{
    out.beginStructure();
    out << value.exists << value.type << value.sizeBytes << value.mode << value.uid << value.gid << value.mtimeUsec
        << value.target << value.layer << value.digest;
    out.endStructure();
    return out;
}

inline const QDBusArgument& operator>>(const QDBusArgument& in, FileInfo& value)
{
    in.beginStructure();
    in >> value.exists >> value.type >> value.sizeBytes >> value.mode >> value.uid >> value.gid >> value.mtimeUsec
        >> value.target >> value.layer >> value.digest;
    in.endStructure();
    return in;
}

/// Tells QtDBus of the types above; called once by each program before it uses them.
inline void registerTypes()
{
    qDBusRegisterMetaType<UnixFds>();
    qDBusRegisterMetaType<TimelineStep>();
    qDBusRegisterMetaType<Timeline>();
    qDBusRegisterMetaType<Process>();
    qDBusRegisterMetaType<ProcessList>();
    qDBusRegisterMetaType<Layer>();
    qDBusRegisterMetaType<LayerList>();
    qDBusRegisterMetaType<HistoryStep>();
    qDBusRegisterMetaType<History>();
    qDBusRegisterMetaType<ImageUsage>();
    qDBusRegisterMetaType<DiskUsage>();
    qDBusRegisterMetaType<JobPart>();
    qDBusRegisterMetaType<QByteArrayList>();
    qDBusRegisterMetaType<PathNumber>();
    qDBusRegisterMetaType<PathNumbers>();
    qDBusRegisterMetaType<FileInfo>();
    qDBusRegisterMetaType<JobParts>();
    qDBusRegisterMetaType<ObjectPaths>();
}

} // namespace lamella::dbus
