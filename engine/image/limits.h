// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/units.h"

#include <cstddef>
#include <cstdint>

/// How much of everything an image may have, whatever the settings are.
namespace lamella::image::limits {

inline constexpr Bytes kDocument = 4_MiB; ///< what registries take for a manifest
inline constexpr Bytes kDocuments = 16_MiB; ///< of one load together
inline constexpr Bytes kBlob = 1024_GiB;
inline constexpr Bytes kArchive = 1024_GiB; ///< uncompressed
inline constexpr std::size_t kArchiveFiles = 65'536;
inline constexpr Bytes kUnpackedLayer = 4096_GiB;
inline constexpr std::uint64_t kLayerEntries = 4'000'000;
inline constexpr std::uint64_t kPathDepth = 2048; ///< more is no path
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
inline constexpr std::size_t kName = 1024; ///< of an image, as registry::limits::kName
inline constexpr int kIndexDepth = 3;
inline constexpr std::size_t kDirectories = 1'000'000; ///< that a worker may name as opaque or implied
inline constexpr std::size_t kPlacesOfOneLayer = 8; ///< places in registries that are remembered
inline constexpr Bytes kWorkerMessage = 64_MiB;
inline constexpr Bytes kWorkerMemory = 1_GiB;
inline constexpr Bytes kFreeSpace = 64_MiB; ///< what a load leaves on the disk

} // namespace lamella::image::limits

namespace lamella::image {

/// What an administrator sets. Errors name the setting: how it is called in the helper's file.
struct Limits {
    Bytes blob = 64_GiB;
    Bytes unpackedLayer = 128_GiB;
    std::uint64_t layerEntries = limits::kLayerEntries;
    std::uint64_t pathDepth = 512;
    std::size_t layers = limits::kLayers;
    Bytes document = limits::kDocument;
    std::size_t imagesOfOneUser = 1024;
    std::size_t referencesOfOneUser = 4096;

    static constexpr Bytes kAnyRoom = limits::kUnpackedLayer; ///< where nothing is written
};

} // namespace lamella::image
