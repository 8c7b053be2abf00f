// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/container/container_manager.h"

#include <QByteArrayList>
#include <QStringList>
#include <QVariantMap>

namespace lamella::helper {

/// What is said of a new image; an empty `reference` gives it no name. Errors: InvalidArgument, LimitExceeded.
Result<image::NewImageSettings> newImageSettings(const QString& reference, const QVariantMap& options);

/// The engine's requests out of a call's arguments and its (already checked) options. What they mean is checked by the
/// engine; here only that they are not endless. Errors: LimitExceeded, InvalidArgument.
Result<container::CreateRequest> createRequest(uid_t owner, const QString& image, const QString& name,
                                               const QStringList& command, const QVariantMap& options);
Result<container::ExecRequest> execRequest(const QStringList& command, const QVariantMap& options);

/// An absolute path, bytes as they are, as one of layer::insidePath(); "" is the container's root. Errors:
/// InvalidArgument.
Result<std::string> insidePath(const QByteArray& path);

/// "container" or "image". Errors: InvalidArgument.
Result<layer::OverlayTree::Version> treeVersion(const QString& version);

/// At least one of them. Errors: also LimitExceeded.
Result<std::vector<std::string>> insidePaths(const QByteArrayList& paths);

} // namespace lamella::helper
