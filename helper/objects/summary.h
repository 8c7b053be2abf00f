// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/container_manager.h"
#include "helper/dbus/call.h"
#include "helper/objects/change_list.h"
#include "helper/objects/services.h"

/// What containers and those in the trash have in common: both have changed their image's files. Main thread only.
namespace lamella::helper {

/// Where the changes of a container are read from whose files are in `directories`.
ChangeSource changeSourceOf(const Services& services, layer::OverlayDirectories directories,
                            const container::Container& container);

/// Answers a SummarizeChanges later. Errors of the call: LimitExceeded and those of summarizeChanges().
void answerSummary(Services& services, const Call& call, ChangeSource source);

} // namespace lamella::helper
