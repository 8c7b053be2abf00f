// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <optional>

/// Figures and times as people read them, in the user's locale. Each has a fixed form, so that columns line up.
namespace lamella::models {

/// "212 MB": binary steps with the short units that people know; below 10 with one decimal.
QString formatBytes(quint64 bytes);
/// "4.1 %".
QString formatPercent(double percent);
/// "2 h 5 min", "41 s": a span, its two greatest units.
QString formatSpan(quint64 usec);
/// "5 min ago", "just now"; `nowUsec` for tests.
QString formatAgo(quint64 timeUsec, quint64 nowUsec);
/// Date and time of day in the locale's short form.
QString formatTime(quint64 timeUsec);
/// The first 12 digits of "sha256:<hex>" or of a container's id.
QString shortId(const QString& id);
/// A command line that a shell would split into `words` again.
QString joinCommand(const QStringList& words);
/// Splits by the shell's rules for words and quotes (no variables, no globs); nothing where a quote is left open.
std::optional<QStringList> splitCommand(const QString& line);
quint64 nowUsec();

} // namespace lamella::models
