// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QString>

/// The sentences of the overview.
namespace lamella::pages {

/// "Running for 2 h 5 min, since 14:02:31.", "Exited with status 1 5 min ago.", "Has never run."
QString stateSentence(const client::ContainerData& data, quint64 nowUsec);
/// "root inside is user 100000 outside; 65536 ids are mapped"
QString userMapSentence(const client::ContainerData& data);
QString cpuLimitText(const client::ContainerData& data);
QString memoryLimitText(const client::ContainerData& data);
/// "Started in 6.2 ms; the slowest step was seccomp (1.5 ms)."
QString timelineSentence(const client::ContainerData& data);

} // namespace lamella::pages
