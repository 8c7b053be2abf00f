// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <optional>

namespace lamella::models {

/// Splits a command line by the shell's rules for words and quotes (POSIX.1-2024, Shell Command Language, 2.2): spaces
/// part words, '…' keeps everything, "…" keeps all but \$ \` \" \\, a backslash keeps one character. No variables, no
/// globs. Nothing where a quote is left open.
std::optional<QStringList> splitCommand(const QString& line);

} // namespace lamella::models
