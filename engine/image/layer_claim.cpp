// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/image/layer_claim.h"

#include <utility>

namespace lamella::image {

LayerClaim::LayerClaim(ImageStore::Private& store, std::string chainId, std::stop_token stop)
    : m_store(&store)
    , m_chainId(std::move(chainId))
    , m_stop(std::move(stop))
{
}

LayerClaim::LayerClaim(LayerClaim&& other) noexcept
    : m_store(std::exchange(other.m_store, nullptr))
    , m_chainId(std::move(other.m_chainId))
    , m_stop(std::move(other.m_stop))
{
}

LayerClaim::~LayerClaim()
{
    if (!m_store)
        return;
    {
        const std::lock_guard lock{m_store->mutex};
        m_store->unpacking.erase(m_chainId);
    }
    m_store->unpackingEnded.notify_all();
}

Result<std::optional<LayerClaim>> LayerClaim::take(ImageStore::Private& store, const std::string& chainId,
                                                   const std::stop_token& stop)
{
    std::unique_lock lock{store.mutex};
    const bool free = store.unpackingEnded.wait(lock, stop, [&] { return !store.unpacking.contains(chainId); });
    if (!free || stop.stop_requested())
        return failure(ErrorKind::Cancelled, "the load was cancelled");
    if (TRY(store.hasLayer(chainId)))
        return std::nullopt;
    return LayerClaim{store, chainId, store.unpacking[chainId].stop.get_token()};
}

void LayerClaim::tell(Bytes done) const
{
    const std::lock_guard lock{m_store->mutex};
    m_store->unpacking[m_chainId].done = done;
}

} // namespace lamella::image
