// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/objects/container_object.h"

#include <QObject>

#include <map>
#include <string>

namespace lamella::helper {

/// Keeps the container objects of the tree equal to what the manager has.
class ContainerCatalog : public QObject {
    Q_OBJECT

public:
    explicit ContainerCatalog(Services& services);

private:
    void added(const std::string& id);
    void changed(const std::string& id);
    void removed(const std::string& id);

    Services& m_services;
    std::map<std::string, ContainerObject*> m_objects;
};

} // namespace lamella::helper
