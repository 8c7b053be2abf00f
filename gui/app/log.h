// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include <expected>

/// The window's own log, through spdlog: what its parts and Qt say by qDebug(), qCWarning() and their kin.
namespace lamella::app {

/// What --log-level takes, the same words as the helper's: from the one that writes most to the one that writes
/// nothing.
QStringList logLevels();

/// Takes over every message of Qt from now on; those below `level` (one of logLevels()) are not written. They go to the
/// end of `file`, or to standard error where it is empty. Called once, first thing after the options are known;
/// messages may come from any thread. The error is a sentence: the file cannot be written.
std::expected<void, QString> startLog(const QString& level, const QString& file);

} // namespace lamella::app
