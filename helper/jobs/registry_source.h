// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/import_source.h"
#include "engine/registry/fetcher.h"

#include <list>
#include <mutex>
#include <optional>
#include <thread>

namespace lamella::helper {

/// An image of a registry, for ImageStore::import(): its documents come first, each layer through a pipe when it is
/// asked for, straight from the fetcher into the worker that unpacks it.
class RegistrySource final : public image::ImportSource {
public:
    /// `name`: the image gets it as its reference, as canonicalText() has it. `owner` is whose documents they will be.
    RegistrySource(registry::Fetcher& fetcher, registry::Name name, registry::Access access,
                   registry::Platform platform, uid_t owner);
    /// Waits for the transfers, which have been ended.
    ~RegistrySource() override;

    Result<std::vector<image::FoundImage>> images(const image::Worker& worker, std::stop_token stop) override;
    Result<image::Blob> openBlob(const image::Descriptor& blob, std::stop_token stop) override;

    std::optional<image::Repository> repository() const override;

    /// Why a transfer failed, where one did: what the load that missed its bytes says of it is only that they ended.
    std::optional<Error> transferError() const;

private:
    void fetch(const image::Descriptor& blob, UniqueFd sink, const std::stop_token& load, const std::stop_token& own);

    registry::Fetcher& m_fetcher;
    registry::Name m_name;
    registry::Access m_access;
    registry::Platform m_platform;
    uid_t m_owner;
    mutable std::mutex m_mutex; ///< guards what follows
    std::optional<Error> m_error;
    std::list<std::jthread> m_transfers;
};

} // namespace lamella::helper
