// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/container_catalog.h"

#include "helper/dbus/object_tree.h"

namespace lamella::helper {

using container::ContainerManager;

ContainerCatalog::ContainerCatalog(Services& services)
    : m_services(services)
{
    connect(&services.containers, &ContainerManager::added, this, &ContainerCatalog::added);
    connect(&services.containers, &ContainerManager::changed, this, &ContainerCatalog::changed);
    connect(&services.containers, &ContainerManager::removed, this, &ContainerCatalog::removed);
    for (const std::string& id : services.containers.ids())
        added(id);
}

void ContainerCatalog::added(const std::string& id)
{
    const container::Container* container = m_services.containers.find(id);
    if (container && !m_objects.contains(id))
        m_objects.emplace(id, m_services.tree.add(std::make_unique<ContainerObject>(m_services, *container)));
}

void ContainerCatalog::changed(const std::string& id)
{
    const container::Container* container = m_services.containers.find(id);
    if (const auto found = m_objects.find(id); container && found != m_objects.end())
        found->second->update(*container);
}

void ContainerCatalog::removed(const std::string& id)
{
    if (const auto found = m_objects.extract(id))
        m_services.tree.remove(found.mapped());
}

} // namespace lamella::helper
