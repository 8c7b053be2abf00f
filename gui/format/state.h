// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace lamella::format {

/// What a person is shown of a container's state: always a shape, a word and a colour together.
enum class ShownState { Created, Running, Paused, Stopped, Failed };

/// From the words of runtime-spec (Container.State) and how the last run ended. A program that a person's stop ended
/// (SIGTERM, SIGKILL, SIGINT, SIGHUP) has stopped; any other failure, lack of memory or a failed start is Failed.
ShownState shownState(const QString& state, int exitStatus, bool oomKilled, bool startFailed);

QString stateWord(ShownState state);

} // namespace lamella::format
