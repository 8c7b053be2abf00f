// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/image_catalog.h"

#include "engine/container/container_manager.h"
#include "helper/dbus/object_tree.h"

#include <algorithm>

namespace lamella::helper {

using container::ContainerManager;

void ImageCatalog::follow(Services& services)
{
    m_services = &services;
    connect(&services.containers, &ContainerManager::added, this, &ImageCatalog::containerAdded);
    connect(&services.containers, &ContainerManager::removed, this, &ImageCatalog::containerRemoved);
    for (const std::string& id : services.containers.ids())
        containerAdded(id);
    for (image::Image& image : services.images.list()) {
        const Key key{image.owner, image.id};
        m_objects.emplace(key, add(std::move(image)));
    }
}

ImageObject* ImageCatalog::add(image::Image image)
{
    auto object = std::make_unique<ImageObject>(*m_services, std::move(image));
    if (const auto users = m_users.find({object->image().owner, object->image().id}); users != m_users.end())
        object->setUsers(users->second);
    return m_services->tree.add(std::move(object));
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

void ImageCatalog::containerAdded(const std::string& id)
{
    const container::Container* container = m_services->containers.find(id);
    if (!container)
        return;
    const Key key{container->owner, container->imageId};
    m_made.insert_or_assign(id, key);
    m_users[key].insert(id);
    tellUsers(key);
}

void ImageCatalog::containerRemoved(const std::string& id)
{
    const auto made = m_made.extract(id);
    if (!made)
        return;
    m_users[made.mapped()].erase(id);
    tellUsers(made.mapped());
    if (m_users[made.mapped()].empty())
        m_users.erase(made.mapped());
}

void ImageCatalog::tellUsers(const Key& key)
{
    if (const auto object = m_objects.find(key); object != m_objects.end())
        object->second->setUsers(m_users[key]);
}

} // namespace lamella::helper
