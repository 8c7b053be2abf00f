// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/file_content.h"

#include "gui/models/picture.h"

#include <QCoreApplication>
#include <QStringDecoder>

#include <algorithm>

namespace lamella::models {
namespace {

/// More control characters than one in ten, and it is no text.
constexpr qsizetype kMostControls = 10;

struct ContentWords {
    Q_DECLARE_TR_FUNCTIONS(FileContent)
};

/// Those that texts have: tabs, line ends, form feeds, backspaces, and escapes of colours.
bool isControl(char byte)
{
    const auto code = static_cast<unsigned char>(byte);
    return (code < 0x20 && !(code >= 0x08 && code <= 0x0d) && code != 0x1b) || code == 0x7f;
}

bool looksLikeText(const QByteArray& bytes)
{
    return !bytes.contains('\0') && std::ranges::count_if(bytes, isControl) * kMostControls <= bytes.size();
}

/// What UTF-8 begins at the end of a file's beginning may go on behind it.
bool isUtf8(const QByteArray& bytes, bool isWhole, QString* text)
{
    QStringDecoder decode(QStringConverter::Utf8,
                          isWhole ? QStringConverter::Flag::Stateless : QStringConverter::Flag::Default);
    *text = decode(bytes);
    return !decode.hasError();
}

FileContent textContent(const QByteArray& bytes, bool isWhole)
{
    FileContent content{.kind = ContentKind::Text};
    if (isUtf8(bytes, isWhole, &content.text))
        return vectorContent(bytes, content.text, isWhole);
    content.text = QString::fromLatin1(bytes);
    content.isLatin1 = true;
    content.note = ContentWords::tr("The text is not UTF-8; it is shown as Latin-1.");
    return content;
}

} // namespace

FileContent fileContent(const client::FileVersion& version)
{
    if (!version.exists)
        return {.kind = ContentKind::Nothing};
    if (version.type == client::FileType::Symlink)
        return {.kind = ContentKind::Link};
    if (version.type != client::FileType::File)
        return {.kind = ContentKind::Special};
    if (version.content.isEmpty())
        return {.kind = ContentKind::Empty};
    FileContent content = looksLikeText(version.content) ? textContent(version.content, version.isWhole)
                                                         : rasterContent(version.content, version.isWhole);
    content.bytes = version.content;
    return content;
}

} // namespace lamella::models
