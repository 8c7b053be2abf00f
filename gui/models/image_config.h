// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace lamella::models {

/// What an image says of the containers that are made from it (image-spec, config.md, "config").
struct ImageConfig {
    QStringList entrypoint = {};
    QStringList command = {}; ///< without the entrypoint
    QString workingDir = {};
    QString user = {};
    QString stopSignal = {};
    QStringList exposedPorts = {}; ///< "80/tcp"; these and the next two sorted
    QStringList volumes = {};
    QStringList labels = {}; ///< name=value

    friend bool operator==(const ImageConfig&, const ImageConfig&) = default;
};

/// Out of the document as Image.Inspect gives it. What is no such document says nothing.
ImageConfig imageConfig(const QString& document);

} // namespace lamella::models
