// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/objects/trashedcontainer_object.h"

#include <QObject>

#include <map>
#include <string>

namespace lamella::helper {

/// Keeps the objects below /Trash equal to what the engine has there.
class TrashCatalog : public QObject {
    Q_OBJECT

public:
    explicit TrashCatalog(Services& services);

private:
    void added(const std::string& id);
    void changed(const std::string& id);
    void removed(const std::string& id);

    Services& m_services;
    std::map<std::string, TrashedContainerObject*> m_objects;
};

} // namespace lamella::helper
