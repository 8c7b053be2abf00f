// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/picture.h"

#include <QBuffer>
#include <QCoreApplication>
#include <QImageReader>
#include <QLocale>
#include <QXmlStreamReader>

namespace lamella::models {
namespace {

/// What is longer on one side is kept smaller.
constexpr int kLongestSide = 4096;

struct PictureWords {
    Q_DECLARE_TR_FUNCTIONS(Picture)
};

bool isWellKnown(const QByteArray& format)
{
    static const QList<QByteArray> formats{"png", "jpeg", "gif", "webp", "bmp", "ico"};
    return formats.contains(format);
}

bool isSvg(const QByteArray& bytes)
{
    QXmlStreamReader reader(bytes);
    return reader.readNextStartElement() && reader.name() == QLatin1StringView("svg");
}

FileContent withNote(FileContent content, const QString& note)
{
    content.note = note;
    return content;
}

/// Reads the picture into `content`, which becomes one; where that fails it gets a sentence that says why.
FileContent decoded(QImageReader& reader, FileContent content, bool isWhole)
{
    content.pictureSize = reader.size();
    const QSize size = content.pictureSize;
    if (!isWhole)
        return withNote(content, PictureWords::tr("The picture is not shown: the file is too large."));
    if (size.isEmpty())
        return withNote(content, PictureWords::tr("The picture cannot be read: its size is not known."));
    if (qint64{size.width()} * size.height() > kMostPixels)
        return withNote(content,
                        PictureWords::tr("The picture is not shown: %1 × %2 pixels are too many.")
                            .arg(QLocale().toString(size.width()), QLocale().toString(size.height())));
    if (std::max(size.width(), size.height()) > kLongestSide)
        reader.setScaledSize(size.scaled(kLongestSide, kLongestSide, Qt::KeepAspectRatio).expandedTo({1, 1}));
    content.picture = reader.read();
    if (content.picture.isNull())
        return withNote(content, PictureWords::tr("The picture cannot be read: %1.").arg(reader.errorString()));
    content.kind = ContentKind::Image;
    return content;
}

} // namespace

FileContent rasterContent(const QByteArray& bytes, bool isWhole)
{
    FileContent content{.kind = ContentKind::Binary};
    QBuffer buffer;
    buffer.setData(bytes);
    buffer.open(QIODevice::ReadOnly);
    QImageReader reader(&buffer);
    reader.setDecideFormatFromContent(true);
    reader.setAutoTransform(true);
    return isWellKnown(reader.format()) ? decoded(reader, content, isWhole) : content;
}

FileContent vectorContent(const QByteArray& bytes, const QString& text, bool isWhole)
{
    FileContent content{.kind = ContentKind::Text, .text = text};
    // Half of an SVG is no picture, but it is a text that can be read.
    if (!isWhole || !isSvg(bytes))
        return content;
    QBuffer buffer;
    buffer.setData(bytes);
    buffer.open(QIODevice::ReadOnly);
    QImageReader reader(&buffer, "svg");
    return decoded(reader, content, isWhole);
}

} // namespace lamella::models
