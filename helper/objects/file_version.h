// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/objects/change_list.h"
#include "resources/dbus/types.h"

namespace lamella::helper {

/// What ReadFile of a container or an image asks for.
struct FileRequest {
    std::string path; ///< of layer::insidePath()
    layer::OverlayTree::Version version = layer::OverlayTree::Version::Container;
    std::uint64_t offset = 0;
    std::uint64_t length = kUsual;
    bool digest = false;

    static constexpr std::uint64_t kUsual = 4u << 20;
    static constexpr std::uint64_t kLongest = 16u << 20;
};

struct FileVersion {
    dbus::FileInfo info;
    UniqueFd content; ///< a sealed memory file
};

/// Reads it. Any thread; as long as the file is where a digest is asked for, or until `stop` is requested. Errors:
/// NotFound (it vanished meanwhile), Cancelled.
Result<FileVersion> readVersion(const ChangeSource& source, const FileRequest& request, const std::stop_token& stop);

} // namespace lamella::helper
