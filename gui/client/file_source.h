// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/pending.h"
#include "gui/client/types.h"

#include <QObject>

namespace lamella::client {

/// Whose files can be looked at: a container or an image. Every call is asynchronous; paths are absolute, bytes as they
/// are.
class FileSource : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// The files of a directory, or where there are many, those behind the name `after`. Symlinks in `path` are
    /// followed.
    virtual Pending<FileListing> listDirectory(const QByteArray& path, const QByteArray& after) = 0;
    Pending<FileListing> listDirectory(const QByteArray& path) { return listDirectory(path, {}); }
    /// The bytes from `offset` on, 16 MiB at most, of what is a file; no digest. No symlink is followed.
    virtual Pending<FileVersion> readPart(const QByteArray& path, quint64 offset, quint64 length) = 0;
};

} // namespace lamella::client
