// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/image/image_store_private.h"

#include <string>
#include <vector>

namespace lamella::image {

/// Keeps layers and documents from being collected for as long as it lives; the store must outlive it.
class Pins {
public:
    Pins(ImageStore::Private& store, std::vector<std::string> names)
        : m_store(store)
        , m_names(std::move(names))
    {
        const std::lock_guard lock{m_store.mutex};
        m_store.pinned.insert(m_names.begin(), m_names.end());
        m_collections = m_store.collections;
    }
    Pins(const Pins&) = delete;
    Pins& operator=(const Pins&) = delete;
    ~Pins()
    {
        {
            const std::lock_guard lock{m_store.mutex};
            for (const auto& name : m_names)
                m_store.pinned.erase(m_store.pinned.find(name));
            if (m_collections == m_store.collections)
                return;
        }
        // Who has removed them meanwhile has left them for this.
        std::ignore = m_store.collect();
    }

private:
    ImageStore::Private& m_store;
    std::vector<std::string> m_names;
    std::uint64_t m_collections = 0; ///< that there had been
};

/// What an image needs: its config and its layers.
inline std::vector<std::string> neededBy(const std::vector<Image>& images)
{
    std::vector<std::string> names;
    for (const auto& image : images) {
        names.push_back(image.id);
        for (const auto& layer : image.layers)
            names.push_back(layer.chainId);
    }
    return names;
}

} // namespace lamella::image
