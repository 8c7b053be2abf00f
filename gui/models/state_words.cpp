// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/state_words.h"

#include "gui/format/formats.h"

#include <QCoreApplication>

#include <algorithm>
#include <chrono>

namespace lamella::models {

namespace {

struct StateNote {
    Q_DECLARE_TR_FUNCTIONS(StateNote)
};

QString stateOnTheWire(client::ContainerState state)
{
    switch (state) {
    case client::ContainerState::Created:
        return QStringLiteral("created");
    case client::ContainerState::Running:
        return QStringLiteral("running");
    case client::ContainerState::Paused:
        return QStringLiteral("paused");
    case client::ContainerState::Stopped:
        return QStringLiteral("stopped");
    }
    return {};
}

/// A span in its greatest unit: exact enough for a list, and it changes seldom.
QString coarseSpan(quint64 usec)
{
    const quint64 seconds = usec / 1'000'000;
    if (seconds < 60)
        return StateNote::tr("%1 s").arg(seconds);
    if (seconds < 3600)
        return StateNote::tr("%1 min").arg(seconds / 60);
    if (seconds < 86400)
        return StateNote::tr("%1 h").arg(seconds / 3600);
    return StateNote::tr("%1 d").arg(seconds / 86400);
}

QString ending(const client::ContainerData& data)
{
    if (data.oomKilled)
        return StateNote::tr("out of memory");
    if (data.exitStatus > 128)
        return format::signalName(data.exitStatus - 128);
    return StateNote::tr("exited %1").arg(data.exitStatus);
}

} // namespace

format::ShownState shownStateOf(const client::ContainerData& data)
{
    return format::shownState(stateOnTheWire(data.state), data.exitStatus, data.oomKilled, !data.lastError.isEmpty());
}

QString stateNote(const client::ContainerData& data, quint64 nowUsec)
{
    const auto since = [nowUsec](quint64 then) { return coarseSpan(nowUsec > then ? nowUsec - then : 0); };
    if (data.state == client::ContainerState::Running || data.state == client::ContainerState::Paused)
        return data.startedUsec > 0 ? since(data.startedUsec) : QString();
    if (!data.lastError.isEmpty())
        return StateNote::tr("did not start");
    if (data.finishedUsec == 0)
        return {};
    return StateNote::tr("%1, %2").arg(ending(data), format::ago(data.finishedUsec, nowUsec));
}

} // namespace lamella::models
