// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/change_words.h"

#include "gui/format/image_text.h"
#include "gui/models/file_paths.h"

#include <QCoreApplication>
#include <QStringList>

#include <algorithm>

namespace lamella::models {

using client::ChangeKind;
using client::FileType;

namespace {

struct FileTips {
    Q_DECLARE_TR_FUNCTIONS(FilesModel)
};

/// A command of an image may be as long as a program.
constexpr qsizetype kLongestCommand = 160;

QString layerWords(const client::LayerInfo& layer, std::ptrdiff_t number, std::ptrdiff_t count)
{
    const QString where = FileTips::tr("of layer %1 of %2").arg(number).arg(count);
    const QString command = format::imageCommand(layer.createdBy).simplified();
    if (command.isEmpty())
        return where;
    const bool isLong = command.size() > kLongestCommand;
    return QStringLiteral("%1: %2").arg(where, isLong ? command.first(kLongestCommand) + u'…' : command);
}

} // namespace

QString changeLetter(ChangeKind kind)
{
    switch (kind) {
    case ChangeKind::Added:
        return QStringLiteral("A");
    case ChangeKind::Modified:
        return QStringLiteral("M");
    case ChangeKind::Deleted:
        return QStringLiteral("D");
    case ChangeKind::Attributes:
        return QStringLiteral("m");
    case ChangeKind::Copied:
        return QStringLiteral("c");
    }
    return {};
}

QChar typeLetter(FileType type)
{
    switch (type) {
    case FileType::File:
        return u'-';
    case FileType::Directory:
        return u'd';
    case FileType::Symlink:
        return u'l';
    case FileType::Fifo:
        return u'p';
    case FileType::Socket:
        return u's';
    case FileType::CharDevice:
        return u'c';
    case FileType::BlockDevice:
        break;
    }
    return u'b';
}

QString fileToolTip(const client::FileEntry& entry, const std::vector<client::LayerInfo>& layers)
{
    QStringList lines{textOf(entry.name)};
    if (entry.type == FileType::Symlink)
        lines.append(FileTips::tr("leads to %1").arg(textOf(entry.target)));
    if (const auto layer = std::ranges::find(layers, entry.layer, &client::LayerInfo::diffId); layer != layers.end())
        lines.append(layerWords(*layer, layer - layers.begin() + 1, std::ssize(layers)));
    if (entry.isMounted)
        lines.append(FileTips::tr("Something is mounted here. What it holds is no part of the container's own files."));
    if (entry.isCopiedUp && !entry.change)
        lines.append(
            FileTips::tr("The writable layer has this directory, too: mostly because something in it was changed."));
    return lines.join(u'\n');
}

} // namespace lamella::models
