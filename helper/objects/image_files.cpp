// SPDX-License-Identifier: GPL-3.0-or-later
#include "helper/objects/file_answers.h"
#include "helper/objects/image_object.h"

// The methods of org.lamella.Lamella1.Image that look at its files.
namespace lamella::helper {

namespace {

/// The layers stay until they have been read, also where the image is removed meanwhile.
FileOpener filesOf(const image::ImageStore& images, const image::Image& image)
{
    return [&images, image](const std::stop_token& stop) -> Result<OpenFiles> {
        OpenFiles files;
        files.held = TRY(images.pin(image));
        TRY(images.unpack(image, {}, stop));
        files.source.directories.layers = images.layerDirectories(image);
        for (const image::Layer& layer : image.layers)
            files.source.diffIds.push_back(layer.diffId);
        return files;
    };
}

} // namespace

QByteArray ImageObject::ListDirectory(const QByteArray& path, const QVariantMap& options, QDBusUnixFileDescriptor&,
                                      QByteArray&)
{
    answerDirectory(m_services, takeCall(), filesOf(m_services.images, m_image), path,
                    layer::OverlayTree::Version::Image, options);
    return {};
}

dbus::FileInfo ImageObject::ReadFile(const QByteArray& path, const QVariantMap& options, QDBusUnixFileDescriptor&)
{
    answerFile(m_services, takeCall(), filesOf(m_services.images, m_image), path, layer::OverlayTree::Version::Image,
               options);
    return {};
}

} // namespace lamella::helper
