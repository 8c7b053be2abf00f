// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/trash_catalog.h"

#include "engine/container/trash.h"
#include "helper/dbus/object_tree.h"

namespace lamella::helper {

using container::Trash;

TrashCatalog::TrashCatalog(Services& services)
    : m_services(services)
{
    const Trash& trash = services.containers.trash();
    connect(&trash, &Trash::added, this, &TrashCatalog::added);
    connect(&trash, &Trash::changed, this, &TrashCatalog::changed);
    connect(&trash, &Trash::removed, this, &TrashCatalog::removed);
    for (const std::string& id : trash.ids())
        added(id);
}

void TrashCatalog::added(const std::string& id)
{
    const container::Trashed* trashed = m_services.containers.trash().find(id);
    if (trashed && !m_objects.contains(id))
        m_objects.emplace(id, m_services.tree.add(std::make_unique<TrashedContainerObject>(m_services, *trashed)));
}

void TrashCatalog::changed(const std::string& id)
{
    const container::Trashed* trashed = m_services.containers.trash().find(id);
    if (const auto found = m_objects.find(id); trashed && found != m_objects.end())
        found->second->update(*trashed);
}

void TrashCatalog::removed(const std::string& id)
{
    if (const auto found = m_objects.extract(id))
        m_services.tree.remove(found.mapped());
}

} // namespace lamella::helper
