// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/image/image_store.h"
#include "engine/layer/overlay_tree.h"
#include "helper/dbus/call.h"
#include "helper/objects/services.h"

#include <QVariantMap>

#include <optional>
#include <stop_token>

namespace lamella::helper {

/// A stack of layers as it lies on the disk.
struct LayerStack {
    image::Image image;
    std::optional<layer::OverlayDirectories> writable; ///< of a container, above the image's
};

/// Writes the tree of a stack (or of what `other` shows against what `stack` shows) into a sealed memory file, as
/// resources/dbus/layer_tree.h has it. Any thread. Errors: NotFound (a layer without an index), LimitExceeded,
/// Cancelled.
Result<UniqueFd> writeLayerTree(const image::ImageStore& images, const LayerStack& stack,
                                const std::optional<LayerStack>& other, std::stop_token stop);

/// Answers a call of OpenLayers with its checked options; it is given up when the caller leaves the bus. Main thread.
void answerLayers(Services& services, const LayerStack& stack, const QVariantMap& options, const Call& call);

} // namespace lamella::helper
