// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/dbus/call.h"
#include "helper/objects/change_list.h"
#include "helper/objects/file_list.h"
#include "helper/objects/services.h"

#include <QVariantMap>

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>

/// How containers and images answer who looks at their files. A call is given up when its caller leaves the bus. Main
/// thread only.
namespace lamella::helper {

/// Files that are about to be read.
struct OpenFiles {
    ChangeSource source;
    std::optional<container::TreeTarget> mounted = {}; ///< whose mounts are marked; none: an image's
    std::shared_ptr<const void> held = {}; ///< what keeps them there meanwhile
};

/// Called once, on the thread that reads.
using FileOpener = std::function<Result<OpenFiles>(const std::stop_token& stop)>;

/// Answers a ListDirectory with its options as they came. Errors of the call: InvalidArgument, LimitExceeded, those of
/// `open` and of listFiles().
void answerDirectory(Services& services, const Call& call, FileOpener open, const QByteArray& path,
                     layer::OverlayTree::Version version, const QVariantMap& options);

/// Answers a ReadFile likewise. Errors of the call: InvalidArgument, LimitExceeded, those of `open` and of
/// readVersion().
void answerFile(Services& services, const Call& call, FileOpener open, const QByteArray& path,
                layer::OverlayTree::Version version, const QVariantMap& options);

} // namespace lamella::helper
