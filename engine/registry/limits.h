// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/units.h"

#include <chrono>
#include <cstddef>

/// How much of everything a registry, and a request to the fetcher, may have.
namespace lamella::registry::limits {

using namespace std::chrono_literals;

inline constexpr std::size_t kHost = 253 + 6; ///< a DNS name and a port
inline constexpr std::size_t kRepository = 255; ///< distribution-spec, "Pulling manifests"
inline constexpr std::size_t kTag = 128;
inline constexpr std::size_t kName = 1024;
inline constexpr std::size_t kUrl = 16384; ///< a storage service's signed URLs are long
inline constexpr std::size_t kHeader = 16384; ///< of one header that we read
inline constexpr std::size_t kTokenAnswer = 1u << 20; ///< of a token server's answer
inline constexpr std::size_t kErrorAnswer = 64u << 10; ///< of what is read of an answer that is an error
inline constexpr std::size_t kTags = 10'000;
inline constexpr int kTagPages = 100;
inline constexpr Bytes kTagPage = 4_MiB;
inline constexpr int kRedirects = 10;

inline constexpr std::chrono::milliseconds kConnect = 30s;
inline constexpr std::chrono::milliseconds kIdle = 60s; ///< without a byte
inline constexpr std::chrono::milliseconds kWhole = 5min; ///< of an exchange that is not a blob
inline constexpr int kAttempts = 5; ///< one after another without a byte of progress
inline constexpr int kAttemptsWithProgress = 50; ///< of one blob altogether
inline constexpr std::chrono::milliseconds kBackOff = 500ms; ///< doubled each time
inline constexpr std::chrono::milliseconds kBackOffMost = 30s;
inline constexpr std::chrono::seconds kRetryAfterMost = 60s; ///< who asks for more is an error
inline constexpr std::chrono::seconds kTokenLife = 60s; ///< where the token server does not say (token spec)

inline constexpr std::size_t kBuffer = 1u << 20; ///< of one transfer
inline constexpr std::size_t kChunk = 8u << 20; ///< of an upload
inline constexpr std::size_t kTasks = 32; ///< at once in one fetcher
inline constexpr std::size_t kMessage = 160u << 10; ///< between the helper and the fetcher; a socket takes no more
inline constexpr std::size_t kCertificates = 64u << 10; ///< of a registry's own CA
inline constexpr std::size_t kSecret = 16384; ///< a password or token
inline constexpr std::size_t kMirrors = 8;

} // namespace lamella::registry::limits
