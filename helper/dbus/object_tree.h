// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/dbus/object.h"

#include <QMap>
#include <QObject>

#include <memory>
#include <vector>

namespace lamella::helper {

/// Owns the objects. Two users may have an object at the same path (an image is named by its content): each sees his
/// own, and root, who sees all, the one that came first. Main thread only.
class ObjectTree : public QObject {
    Q_OBJECT

public:
    template <class T>
    T* add(std::unique_ptr<T> object)
    {
        T* added = object.get();
        insert(std::move(object));
        return added;
    }

    /// Takes the object out and deletes it when the event loop comes round.
    void remove(Object* object);

    /// What `uid` means by the path: his own object there, else another's; null where there is none.
    Object* find(const QString& path, uid_t uid) const;

    /// What the user may see, in the order of paths.
    std::vector<Object*> visible(uid_t uid) const;

Q_SIGNALS:
    void added(lamella::helper::Object* object);
    void touched(lamella::helper::Object* object);
    /// It can still be read, but find() does not know it any more.
    void removed(lamella::helper::Object* object);

private:
    void insert(std::unique_ptr<Object> object);

    QMap<QString, std::vector<std::shared_ptr<Object>>> m_objects;
};

} // namespace lamella::helper
