// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayList>

namespace lamella::test {

/// The memory file of OpenLayers (resources/dbus/layer_tree.h) for tests of the window. Each line is a path and what
/// the layers do there, from the bottom: "/etc/passwd A0f1200 M2f1300", letter of the change, layer, letter of the
/// type, bytes; "/lib A0l>usr/lib" is a symlink. Directories above are made by themselves, without a word.
QByteArray layerTreeFile(int layers, bool writable, const QByteArrayList& lines);

/// A stack that looks like one: a base, packages, an application and what a container has written.
QByteArrayList anyLayerTree();

/// A sealed memory file; the caller closes it.
int sealedFile(const QByteArray& content);

} // namespace lamella::test
