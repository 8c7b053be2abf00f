// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QImage>
#include <QString>

namespace lamella::models {

enum class ContentKind {
    Nothing, ///< there is no such file
    Empty,
    Text,
    Image,
    Binary,
    Link,
    Special, ///< a directory, a device, a pipe or a socket
};

/// What the bytes of a file are.
struct FileContent {
    ContentKind kind = ContentKind::Nothing;
    QByteArray bytes = {}; ///< of a file
    QString text = {}; ///< of Text
    bool isLatin1 = false; ///< the text is not UTF-8
    QImage picture = {}; ///< of Image, no larger than a screen; of Binary none
    QSize pictureSize = {}; ///< in the file
    QString note = {}; ///< a sentence about why it is shown as it is; mostly empty
};

/// Larger pictures are not decoded.
inline constexpr qint64 kMostPixels = 64'000'000;

/// Decodes pictures: not for the window's thread.
FileContent fileContent(const client::FileVersion& version);

} // namespace lamella::models
