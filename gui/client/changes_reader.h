// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/descriptor.h"
#include "gui/client/error.h"
#include "gui/client/types.h"

#include <QByteArrayView>

#include <optional>

namespace lamella::client {

inline constexpr std::size_t kMostChanges = 500'000;
inline constexpr qint64 kMostChangesBytes = 64LL * 1024 * 1024;

/// Reads the JSON lines of Container.ListChanges (blocking: for another thread than the GUI's). Takes at most
/// kMostChanges entries and kMostChangesBytes bytes. Errors: Malformed (a line that is not as the contract says).
Outcome<ChangeSet> readChangeSet(const Descriptor& file);
Outcome<ChangeSet> parseChangeSet(QByteArrayView lines);

/// "file", "directory", …: as the contract has them; nothing for another word.
std::optional<FileType> fileTypeOf(const QString& word);
/// "A", "M", …: likewise.
std::optional<ChangeKind> changeKindOf(const QString& letter);

} // namespace lamella::client
