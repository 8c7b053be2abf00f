// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "gui/client/types.h"

#include <QBuffer>
#include <QCryptographicHash>
#include <QImage>
#include <QPainter>

/// Versions of files for tests and pictures.
inline lamella::client::FileVersion fileVersion(const QByteArray& content, quint32 mode = 0644, quint32 owner = 0)
{
    return {.exists = true,
            .size = static_cast<quint64>(content.size()),
            .content = content,
            .digest = QStringLiteral("sha256:")
                + QString::fromLatin1(QCryptographicHash::hash(content, QCryptographicHash::Sha256).toHex()),
            .mode = mode,
            .uid = owner,
            .gid = owner,
            .mtimeUsec = 1'800'000'000'000'000 + content.size() * 1'000'000};
}

inline lamella::client::FileVersion linkVersion(const QString& target)
{
    return {.exists = true, .type = lamella::client::FileType::Symlink, .linkTarget = target, .mode = 0777};
}

/// A disc on a transparent ground.
inline QByteArray discPicture(QSize size, const QColor& color)
{
    QImage image(size, QImage::Format_ARGB32);
    image.fill(Qt::transparent);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(color);
    painter.setPen(Qt::NoPen);
    painter.drawEllipse(image.rect().adjusted(4, 4, -4, -4));
    painter.end();
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    image.save(&buffer, "png");
    return buffer.data();
}
