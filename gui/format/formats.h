// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <chrono>

/// How figures, times and names are written for people; every page uses these and no other.
///
/// Bytes are counted in steps of 1024 with the short units that people know.
namespace lamella::format {

/// "0 B", "812 B", "12.4 MB".
QString bytes(quint64 count);
/// A part of one CPU or of a whole: 0.041 is "4.1 %", 1.5 is "150 %".
QString percent(double ratio);
/// "340 µs", "4.1 ms", "12.3 s", "3 min 20 s", "2 h 5 min", "3 d 4 h".
QString duration(std::chrono::microseconds time);
/// CPU time as top(1) has it: "0:04.13", "12:04.13".
QString cpuTime(std::chrono::microseconds time);
/// "just now", "5 min ago", "3 d ago", "4 months ago". Times in µs since 1970.
QString ago(quint64 thenUsec, quint64 nowUsec);
/// The time of day with seconds where it was today, otherwise with the date.
QString timeOfDay(quint64 usec);
/// Now, µs since 1970.
quint64 nowUsec();

/// The first twelve digits of a digest or an id, without "sha256:".
QString shortId(const QString& id);
/// "~/x" for what is in the person's own directory.
QString pathWithHome(const QString& path);
/// A tool tip that says these words: what comes from an image is never markup.
QString plainToolTip(const QString& words);
/// "SIGKILL"; a number where it has no name.
QString signalName(int number);
/// How a program ended, in words: "exited with status 1", "killed by SIGKILL", "ran out of memory and was killed".
/// `status` as Container.ExitStatus has it.
QString exitWords(int status, bool oomKilled);
/// The argument vector as one would type it in a shell, quoted where that is needed.
QString shellCommand(const QStringList& arguments);
/// The state letter of proc_pid_stat(5) in a word.
QString processState(const QString& letter);

} // namespace lamella::format
