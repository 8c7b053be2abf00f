// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/units.h"
#include "engine/image/image_store.h"
#include "engine/layer/decompressor.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The documents of the image specification (index, manifest, config) and Docker's schema 2, parsed strictly: foreign
/// bytes, for the worker alone. What has a limit: see limits.h.
namespace lamella::image {

enum class DocumentKind { Index, Manifest, Config, Layer };

/// descriptor.md. The digest was checked to be one before anything is made of it.
struct Descriptor {
    DocumentKind kind = DocumentKind::Manifest;
    layer::Compression compression = layer::Compression::None; ///< of a layer
    std::string digest;
    Bytes size;
    std::optional<Bytes> offset; ///< of a layer: where it lies in an archive
    std::string reference; ///< annotation that names the image; empty where there is none
    Platform platform{.os = {}}; ///< what it leaves out is empty
};

/// image-index.md.
struct Index {
    std::vector<Descriptor> manifests; ///< of kinds that we know; others are left out
};

/// manifest.md.
struct Manifest {
    Descriptor config;
    std::vector<Descriptor> layers; ///< from the bottom
    bool isDocker = false; ///< of Docker's schema 2
};

/// The media types of manifests.
inline constexpr std::string_view kManifestType = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kDockerManifestType = "application/vnd.docker.distribution.manifest.v2+json";

struct History {
    std::chrono::microseconds created{};
    std::string createdBy;
};

/// config.md.
struct Config {
    std::chrono::microseconds created{};
    Platform platform;
    std::vector<std::string> diffIds; ///< from the bottom
    std::vector<History> history; ///< one for each layer
    std::vector<std::string> entrypoint;
    std::vector<std::string> cmd;
    std::vector<std::string> env;
    std::string workingDir;
    std::string user;
    std::string stopSignal;
};

/// Errors: InvalidArgument (not such a document; index and manifest at once), Unsupported (a media type or a digest
/// that we do not take), LimitExceeded.
Result<void> checkLayoutFile(std::string_view text);
Result<Index> parseIndex(std::string_view text);
Result<Manifest> parseManifest(std::string_view text);
Result<Config> parseConfig(std::string_view text);

/// All of a config's history, also the steps that made no layer.
Result<std::vector<HistoryEntry>> parseHistory(std::string_view text);

/// RFC 3339; 0 for what is none.
std::chrono::microseconds parseTime(std::string_view text);

/// This machine's name in images: "amd64", "arm64".
std::string_view ownArchitecture();

} // namespace lamella::image
