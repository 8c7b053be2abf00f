// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/base/result.h"
#include "engine/base/unique_fd.h"
#include "engine/registry/access.h"
#include "engine/registry/name.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace lamella::registry {

/// A document as it was fetched, with the digest that was computed from its bytes.
struct Document {
    std::string digest;
    std::string mediaType;
    std::string bytes;
};

/// What a name stands for in its registry.
struct Resolved {
    std::vector<Document> indexes; ///< from the one that was named; none where that is a manifest
    Document manifest;
    Document config;
};

/// A registry, as the helper talks to it: every call goes to one lamella-fetcher process, which has given up its rights
/// and ends with this object. For one job; needs root. Calls block, from any thread, several at once; credentials
/// travel with each and are kept only in the fetcher's memory.
///
/// Errors of all calls: Network, RegistryDenied (a login is needed or refused, rate limits), NotFound, DigestMismatch,
/// LimitExceeded, Unsupported, Cancelled.
class Fetcher {
public:
    static Result<std::unique_ptr<Fetcher>> start(std::filesystem::path program);
    ~Fetcher();
    Fetcher(const Fetcher&) = delete;
    Fetcher& operator=(const Fetcher&) = delete;

    /// The image's documents; from an index the manifest for `platform`. Checked against each other by digest and size
    /// alone: they are foreign bytes.
    Result<Resolved> resolve(const Name& name, const Access& access, const Platform& platform, std::stop_token stop);

    /// Writes a blob into `sink` (a pipe or a file; a pipe becomes non-blocking) and closes it. Success means that all
    /// of it was written and its digest is right.
    Result<void> fetchBlob(const Name& name, const Access& access, const std::string& digest, Bytes size, UniqueFd sink,
                           std::stop_token stop);

    /// Of the name's repository; limits::kTags at most.
    Result<std::vector<std::string>> tags(const Name& name, const Access& access, std::stop_token stop);

    /// Asks the registry of the name whether it takes the login of `access`: RegistryDenied where it does not, false
    /// where it lets everybody in without asking for one.
    Result<bool> checkLogin(const Name& name, const Access& access, std::stop_token stop);

    Result<bool> hasBlob(const Name& name, const Access& access, const std::string& digest, std::stop_token stop);

    /// Takes a blob over from another repository of the same registry; false where that cannot be.
    Result<bool> mountBlob(const Name& name, const Access& access, const std::string& digest, const std::string& from,
                           std::stop_token stop);

    /// Uploads what `source` (a pipe or a file, read from its position) has; `progress` gets the bytes that the
    /// registry has, from another thread; it must not call this object.
    Result<void> pushBlob(const Name& name, const Access& access, const std::string& digest, Bytes size,
                          BorrowedFd source, const std::function<void(Bytes)>& progress, std::stop_token stop);

    /// Stores a manifest or index under the name's tag or digest; returns its digest.
    Result<std::string> pushManifest(const Name& name, const Access& access, const std::string& mediaType,
                                     const std::string& bytes, std::stop_token stop);

private:
    class Link;
    explicit Fetcher(std::unique_ptr<Link> link);
    std::unique_ptr<Link> m_link;
};

} // namespace lamella::registry
