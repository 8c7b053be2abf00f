// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/image_catalog.h"

#include "helper/dbus/object_tree.h"

namespace lamella::helper {

void ImageCatalog::follow(Services& services)
{
    m_services = &services;
    refresh();
}

void ImageCatalog::refresh()
{
    std::map<Key, ImageObject*> gone = std::exchange(m_objects, {});
    for (image::Image& image : m_services->images.list()) {
        const Key key{image.owner, image.id};
        ImageObject*& object = m_objects[key];
        if (const auto known = gone.find(key); known != gone.end()) {
            object = known->second;
            object->update(std::move(image));
            gone.erase(known);
        } else {
            object = m_services->tree.add(std::make_unique<ImageObject>(*m_services, std::move(image)));
        }
    }
    for (const auto& [key, object] : gone)
        m_services->tree.remove(object);
}

} // namespace lamella::helper
