// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>
#include <QString>

#include <expected>
#include <optional>

class QCoreApplication;

namespace lamella::app {

/// What the command line asks for.
struct Options {
    QString screenshot; ///< a file: save a picture of the settled window there and leave
    bool demo = false;
    QString pictures; ///< where the demo's pictures go; empty: a temporary directory
    QString pull; ///< an image that the demo pulls, too
    std::optional<QSize> size;
    Qt::ColorScheme colorScheme = Qt::ColorScheme::Unknown; ///< Unknown: the desktop's
    QString page;
    QString logLevel = QStringLiteral("warning"); ///< one of logLevels()
    QString logFile; ///< empty: standard error

    /// A run for a picture: it neither reads nor writes what the person has set.
    bool isForPictures() const { return demo || !screenshot.isEmpty(); }
};

/// Reads the command line; --help and --version print and leave. The error is a sentence.
std::expected<Options, QString> readOptions(const QCoreApplication& application);

} // namespace lamella::app
