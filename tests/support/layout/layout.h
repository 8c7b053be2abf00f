// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QList>
#include <QString>
#include <QStringList>

namespace lamella::test {

/// Writes an OCI image layout (image-spec, image-layout.md) with one image into the directory `path`, for tests and
/// benches that need an image of a certain content. Each element of `trees` is a directory that becomes one layer
/// (uncompressed, packed by tar(1), owners 0), from the bottom; `config` is the config's "config" object. Returns
/// whether it could.
bool writeLayout(const QString& path, const QString& reference, const QStringList& trees, const QJsonObject& config);

} // namespace lamella::test
