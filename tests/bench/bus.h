// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "tests/bench/layers.h"
#include "tests/bench/process.h"

#include <QDBusMessage>
#include <QString>
#include <QVariantList>

#include <filesystem>

namespace lamella::bench {

/// Calls a method of the helper and waits for its reply, however long it takes.
Result<QDBusMessage> call(const QString& path, const char* interface, const char* method,
                          const QVariantList& arguments);

/// Waits for the job that a reply names; its result.
Result<QStringList> waitForJob(const QDBusMessage& reply);

/// Ends the session's own helper (resources/dev/inside/session.sh), so that a bench can start others in its place.
Result<void> endSessionHelper();

/// Starts a helper with its state in `root`, and returns when it can be called.
Result<Process> startHelper(const std::filesystem::path& root, const std::filesystem::path& log);

/// A helper with one image and one container of it, which has changed nothing yet.
struct BenchContainer {
    Process helper;
    Layout layout; ///< that the image was loaded from
    QString path; ///< of the container's object
    std::filesystem::path root; ///< of the helper's state
    std::filesystem::path upper;
};

/// Makes one instead of the session's helper, of an image with these layers.
Result<BenchContainer> makeContainer(Scratch& scratch, const std::vector<LayerShape>& shapes);

} // namespace lamella::bench
