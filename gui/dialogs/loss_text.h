// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QStringList>

#include <optional>
#include <vector>

/// What is lost with containers, in sentences for the question before it.
namespace lamella::dialogs {

/// `changes`: nullptr where they are not known (yet).
QStringList lossOf(const client::ChangeSummary* changes);

struct NamedChanges {
    QString name; ///< of the container
    std::optional<client::ChangeSummary> changes; ///< nothing: they are not known (yet)
};

/// With one or several: the sums, and the largest and newest files of all.
QStringList lossOf(const std::vector<NamedChanges>& containers);

/// What a container has changed, where nothing of it is lost: how much, and the largest and newest files.
QStringList changesInWords(const client::ChangeSummary& changes);

} // namespace lamella::dialogs
