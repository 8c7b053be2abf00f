// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/units.h"

#include <cstddef>

/// How much of everything an image may have.
namespace lamella::image::limits {

inline constexpr Bytes kDocument = 4_MiB; ///< what registries take for a manifest
inline constexpr Bytes kDocuments = 16_MiB; ///< of one load together
inline constexpr Bytes kBlob = 64_GiB;
inline constexpr Bytes kArchive = 1024_GiB; ///< uncompressed
inline constexpr std::size_t kArchiveFiles = 65'536;
inline constexpr Bytes kUnpackedLayer = 128_GiB;
inline constexpr std::size_t kImages = 64; ///< in one layout
inline constexpr std::size_t kDescriptors = 1024; ///< in one index
inline constexpr std::size_t kLayers = 128; ///< far below what overlay stacks
inline constexpr std::size_t kHistory = 4096;
inline constexpr std::size_t kCreatedBy = 1024; ///< of a layer's command; what is longer is cut
inline constexpr std::size_t kStrings = 1024; ///< in each of env, cmd, entrypoint
inline constexpr std::size_t kStringBytes = 128u << 10; ///< of each of them together
inline constexpr std::size_t kStored = 4096; ///< strings in each of them that an older version took
inline constexpr std::size_t kPath = 4096;
inline constexpr std::size_t kText = 128u << 10;
inline constexpr std::size_t kReference = 255;
inline constexpr int kIndexDepth = 3;
inline constexpr std::size_t kDirectories = 1'000'000; ///< that a worker may name as opaque or implied
inline constexpr std::size_t kImagesOfOneUser = 1024;
inline constexpr std::size_t kReferencesOfOneUser = 4096;
inline constexpr Bytes kWorkerMessage = 64_MiB;
inline constexpr Bytes kWorkerMemory = 1_GiB;
inline constexpr Bytes kFreeSpace = 64_MiB; ///< what a load leaves on the disk

} // namespace lamella::image::limits
