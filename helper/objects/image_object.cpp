// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/image_object.h"

#include "helper/objects/adaptors.h"
#include "helper/objects/paths.h"
#include "helper/objects/text.h"

using namespace Qt::StringLiterals;

// What an image is; what it does stands in image_methods.cpp.
namespace lamella::helper {

ImageObject::ImageObject(Services& services, image::Image image)
    : Object(imagePath(image.id), interfaceNamed("Image"_L1), image.owner)
    , m_services(services)
    , m_image(std::move(image))
{
    setAdaptor(makeAdaptor(this));
}

void ImageObject::update(image::Image image)
{
    m_image = std::move(image);
    Q_EMIT touched();
}

void ImageObject::setUsers(const std::set<std::string>& containers)
{
    m_usedBy.clear();
    for (const std::string& container : containers)
        m_usedBy.append(QDBusObjectPath(containerPath(container)));
    Q_EMIT touched();
}

QString ImageObject::id() const
{
    return fromEngine(m_image.id);
}

QStringList ImageObject::references() const
{
    return fromEngine(m_image.references);
}

QString ImageObject::platform() const
{
    return fromEngine(image::textOf(m_image.platform));
}

QStringList ImageObject::command() const
{
    return fromEngine(m_image.entrypoint) + fromEngine(m_image.cmd);
}

QStringList ImageObject::env() const
{
    return fromEngine(m_image.env);
}

QString ImageObject::workingDir() const
{
    return fromEngine(m_image.workingDir);
}

QString ImageObject::user() const
{
    return fromEngine(m_image.user);
}

dbus::LayerList ImageObject::layers() const
{
    dbus::LayerList result;
    for (const image::Layer& layer : m_image.layers) {
        result.append({fromEngine(layer.diffId), fromEngine(layer.chainId), layer.size.value,
                       quint64(layer.created.count()), fromEngine(layer.createdBy)});
    }
    return result;
}

} // namespace lamella::helper
