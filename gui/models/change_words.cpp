// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/change_words.h"

#include "gui/models/file_paths.h"

#include <QCoreApplication>
#include <QStringList>

namespace lamella::models {

using client::ChangeKind;
using client::FileType;

namespace {

struct FileTips {
    Q_DECLARE_TR_FUNCTIONS(FilesModel)
};

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

QString fileToolTip(const client::FileEntry& entry)
{
    QStringList lines{textOf(entry.name)};
    if (entry.type == FileType::Symlink)
        lines.append(FileTips::tr("leads to %1").arg(textOf(entry.target)));
    if (entry.isMounted)
        lines.append(FileTips::tr("Something is mounted here. What it holds is no part of the container's own files."));
    if (entry.isCopiedUp && !entry.change)
        lines.append(
            FileTips::tr("The writable layer has this directory, too: mostly because something in it was changed."));
    return lines.join(u'\n');
}

} // namespace lamella::models
