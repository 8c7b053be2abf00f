// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDBusArgument>
#include <QDBusMetaType>
#include <QDBusUnixFileDescriptor>
#include <QList>
#include <QString>

/// The structures of org.lamella.Lamella1.xml, shared by the helper (which writes them) and the window (which reads them).
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
}

} // namespace lamella::dbus
