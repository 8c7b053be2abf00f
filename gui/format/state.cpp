// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/format/state.h"

#include <QCoreApplication>

#include <csignal>

namespace lamella::format {
namespace {

struct StateWords {
    Q_DECLARE_TR_FUNCTIONS(StateWords)
};

bool endedByRequest(int exitStatus)
{
    const int signal = exitStatus - 128;
    return signal == SIGTERM || signal == SIGKILL || signal == SIGINT || signal == SIGHUP;
}

} // namespace

ShownState shownState(const QString& state, int exitStatus, bool oomKilled, bool startFailed)
{
    if (state == QLatin1StringView("running"))
        return ShownState::Running;
    if (state == QLatin1StringView("paused"))
        return ShownState::Paused;
    if (startFailed || oomKilled || (exitStatus > 0 && !endedByRequest(exitStatus)))
        return ShownState::Failed;
    return state == QLatin1StringView("created") ? ShownState::Created : ShownState::Stopped;
}

QString stateWord(ShownState state)
{
    switch (state) {
    case ShownState::Created:
        return StateWords::tr("created");
    case ShownState::Running:
        return StateWords::tr("running");
    case ShownState::Paused:
        return StateWords::tr("paused");
    case ShownState::Stopped:
        return StateWords::tr("stopped");
    case ShownState::Failed:
        break;
    }
    return StateWords::tr("failed");
}

} // namespace lamella::format
