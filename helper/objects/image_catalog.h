// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/objects/image_object.h"

#include <QObject>

#include <map>
#include <set>

namespace lamella::helper {

/// Keeps the image objects of the tree equal to what the image store lists, and what is made of them to what the
/// container manager has.
class ImageCatalog : public QObject {
    Q_OBJECT

public:
    void follow(Services& services);
    /// To be called whenever images of `owner` may have come, gone or changed their names.
    void refresh(uid_t owner);

private:
    using Key = std::pair<uid_t, std::string>;

    ImageObject* add(image::Image image);
    void containerAdded(const std::string& id);
    void containerRemoved(const std::string& id);
    void tellUsers(const Key& key);

    Services* m_services = nullptr;
    std::map<Key, ImageObject*> m_objects; ///< each owner's together
    std::map<Key, std::set<std::string>> m_users; ///< containers of an image
    std::map<std::string, Key> m_made; ///< what a container was made of
};

} // namespace lamella::helper
