// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "helper/objects/image_object.h"

#include <QObject>

#include <map>

namespace lamella::helper {

/// Keeps the image objects of the tree equal to what the image store lists.
class ImageCatalog : public QObject {
    Q_OBJECT

public:
    void follow(Services& services);
    /// To be called whenever images of `owner` may have come, gone or changed their names.
    void refresh(uid_t owner);

private:
    ImageObject* add(image::Image image);

    using Key = std::pair<uid_t, std::string>;

    Services* m_services = nullptr;
    std::map<Key, ImageObject*> m_objects; ///< each owner's together
};

} // namespace lamella::helper
