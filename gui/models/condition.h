// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QMetaType>
#include <QString>

/// How a container is doing, as the window shows it: a shape, a colour and a word (DESIGN.md, "The look").
namespace lamella::models {

enum class Condition {
    Running, ///< ● green
    Paused,  ///< ◐ amber
    Stopped, ///< ○ quiet: created, or ended with 0 or by a signal that was asked for
    Failed,  ///< ▲ red: ended with another status, out of memory, or did not start
};

Condition conditionOf(const client::ContainerData& data);
/// "running", "paused", "created", "exited 0", "exited 1", "killed", "out of memory", "did not start".
QString conditionWord(const client::ContainerData& data);
/// The word with since when: "running 2 h 5 min", "exited 0, 5 min ago". `nowUsec` µs since 1970.
QString conditionSentence(const client::ContainerData& data, quint64 nowUsec);

} // namespace lamella::models

Q_DECLARE_METATYPE(lamella::models::Condition)
