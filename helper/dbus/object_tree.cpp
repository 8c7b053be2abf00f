// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/dbus/object_tree.h"

#include <algorithm>

namespace lamella::helper {

void ObjectTree::insert(std::unique_ptr<Object> object)
{
    Object* added = object.get();
    // Deleted late, because a method of the object may be what removes it.
    m_objects[added->path()].emplace_back(object.release(), [](Object* gone) { gone->deleteLater(); });
    connect(added, &Object::touched, this, [this, added] { Q_EMIT touched(added); });
    Q_EMIT this->added(added);
}

void ObjectTree::remove(Object* object)
{
    const auto found = m_objects.find(object->path());
    if (found == m_objects.end())
        return;
    auto& here = *found;
    const auto position = std::ranges::find(here, object, &std::shared_ptr<Object>::get);
    if (position == here.end())
        return;
    const std::shared_ptr<Object> kept = *position;
    here.erase(position);
    if (here.empty())
        m_objects.erase(found);
    disconnect(object, &Object::touched, this, nullptr);
    Q_EMIT removed(object);
}

Object* ObjectTree::find(const QString& path, uid_t uid) const
{
    const auto found = m_objects.constFind(path);
    if (found == m_objects.cend())
        return nullptr;
    const auto own = std::ranges::find_if(*found, [uid](const auto& object) { return object->ownedBy(uid); });
    return own != found->end() ? own->get() : found->front().get();
}

std::vector<Object*> ObjectTree::visible(uid_t uid) const
{
    std::vector<Object*> result;
    for (auto it = m_objects.cbegin(); it != m_objects.cend(); ++it) {
        Object* object = find(it.key(), uid);
        if (object->visibleTo(uid))
            result.push_back(object);
    }
    return result;
}

} // namespace lamella::helper
