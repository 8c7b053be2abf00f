// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/image_catalog.h"

#include "helper/dbus/object_tree.h"

#include <algorithm>

namespace lamella::helper {

void ImageCatalog::follow(Services& services)
{
    m_services = &services;
    for (image::Image& image : services.images.list()) {
        const Key key{image.owner, image.id};
        m_objects.emplace(key, add(std::move(image)));
    }
}

ImageObject* ImageCatalog::add(image::Image image)
{
    return m_services->tree.add(std::make_unique<ImageObject>(*m_services, std::move(image)));
}

void ImageCatalog::refresh(uid_t owner)
{
    const auto first = m_objects.lower_bound({owner, {}});
    const auto last
        = std::find_if(first, m_objects.end(), [owner](const auto& one) { return one.first.first != owner; });
    std::map<Key, ImageObject*> gone(first, last);
    m_objects.erase(first, last);
    for (image::Image& image : m_services->images.list(owner)) {
        const Key key{owner, image.id};
        if (const auto known = gone.extract(key)) {
            known.mapped()->update(std::move(image));
            m_objects.emplace(key, known.mapped());
        } else {
            m_objects.emplace(key, add(std::move(image)));
        }
    }
    for (const auto& [key, object] : gone)
        m_services->tree.remove(object);
}

} // namespace lamella::helper
