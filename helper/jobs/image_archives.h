// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/unique_fd.h"
#include "engine/container/export.h"
#include "helper/jobs/work.h"

/// Jobs that read or write archives through descriptors of their callers.
namespace lamella::helper {

/// The work of Manager.LoadImage: `source` is a directory or a regular file.
Work::Function loadImage(image::ImageStore& images, UniqueFd source, uid_t owner, image::Platform platform);

/// The work of Manager.ImportImage: `archive` is a regular file.
Work::Function importImage(image::ImageStore& images, uid_t owner, UniqueFd archive, image::NewImageSettings settings);

/// The work of Manager.SaveImages: `names` are references or IDs of the owner's, `file` is open for writing.
Work::Function saveImages(const image::ImageStore& images, uid_t owner, std::vector<std::string> names,
                          layer::Compression compression, UniqueFd file);

/// The work of Container.Export: `file` is open for writing.
Work::Function exportContainer(layer::OverlayDirectories parts, UniqueFd file);

/// The work of Container.SaveChanges: `file` is open for writing.
Work::Function saveChanges(layer::OverlayDirectories parts, layer::PathSelection selection, UniqueFd file);

/// The same into a directory of the user `owner`.
Work::Function keepChanges(layer::OverlayDirectories parts, layer::PathSelection selection, UniqueFd directory,
                           uid_t owner);

} // namespace lamella::helper
