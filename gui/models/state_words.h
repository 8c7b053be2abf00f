// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"
#include "gui/format/state.h"

#include <QString>

/// How a container is doing, in a shape and a few words.
namespace lamella::models {

format::ShownState shownStateOf(const client::ContainerData& data);
/// What stands behind the state's word: since when it runs, how and when it ended. `nowUsec`: µs since 1970.
QString stateNote(const client::ContainerData& data, quint64 nowUsec);

} // namespace lamella::models
