// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QByteArray>

namespace lamella::models {

/// One file as it is in one place: in an image or in a container.
struct FileVersion {
    bool exists = false; ///< where it does not, nothing below counts
    client::FileType type = client::FileType::File;
    quint64 size = 0; ///< in bytes, of all of it
    QByteArray content = {}; ///< of a file: all of it, or its beginning
    bool isWhole = true; ///< whether `content` is all of it
    QString linkTarget = {};
    QString digest = {}; ///< SHA-256 in hexadecimal, with "sha256:" or without; empty: not known
    quint32 mode = 0; ///< as stat(2) has it; the type's bits do not count
    quint32 uid = 0;
    quint32 gid = 0;
    qint64 mtimeUsec = 0; ///< since 1970; 0: not known

    friend bool operator==(const FileVersion&, const FileVersion&) = default;
};

} // namespace lamella::models
