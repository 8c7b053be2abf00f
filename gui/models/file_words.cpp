// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/file_words.h"

#include "gui/format/formats.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>
#include <QStringList>

namespace lamella::models {
namespace {

struct FileWords {
    Q_DECLARE_TR_FUNCTIONS(FileWords)
};

QString typeWord(client::FileType type)
{
    switch (type) {
    case client::FileType::Symlink:
        return FileWords::tr("link");
    case client::FileType::Directory:
        return FileWords::tr("directory");
    case client::FileType::Fifo:
        return FileWords::tr("fifo");
    case client::FileType::Socket:
        return FileWords::tr("socket");
    case client::FileType::CharDevice:
        return FileWords::tr("character device");
    case client::FileType::BlockDevice:
        return FileWords::tr("block device");
    case client::FileType::File:
        break;
    }
    return FileWords::tr("file");
}

QString modeDigits(const client::FileVersion& version)
{
    return QStringLiteral("%1").arg(version.mode & 07777, 4, 8, QLatin1Char('0'));
}

QString ownerDigits(const client::FileVersion& version)
{
    return QStringLiteral("%1:%2").arg(version.uid).arg(version.gid);
}

/// To the second, and closer where two times would look the same.
QString timeDigits(const client::FileVersion& version, const QString& form)
{
    return QDateTime::fromMSecsSinceEpoch(version.mtimeUsec / 1000).toString(form);
}

std::pair<QString, QString> timesApart(const client::FileVersion& image, const client::FileVersion& container)
{
    const QString seconds = QStringLiteral("yyyy-MM-dd HH:mm:ss");
    const QString form
        = image.mtimeUsec / 1'000'000 == container.mtimeUsec / 1'000'000 ? seconds + QStringLiteral(".zzz") : seconds;
    return {timeDigits(image, form), timeDigits(container, form)};
}

} // namespace

QString fileWords(const client::FileVersion& version)
{
    if (!version.exists)
        return FileWords::tr("not there");
    if (version.type == client::FileType::File)
        return FileWords::tr("file, %1").arg(format::bytes(version.size));
    return typeWord(version.type);
}

QString attributeDifferences(const client::FileVersion& image, const client::FileVersion& container)
{
    if (!image.exists || !container.exists)
        return {};
    QStringList words;
    const auto add = [&words](const QString& form, const QString& before, const QString& after) {
        if (before != after)
            words.append(form.arg(before, after));
    };
    add(FileWords::tr("%1 → %2"), typeWord(image.type), typeWord(container.type));
    add(FileWords::tr("mode %1 → %2"), modeDigits(image), modeDigits(container));
    add(FileWords::tr("owner %1 → %2"), ownerDigits(image), ownerDigits(container));
    if (image.mtimeUsec != 0 && container.mtimeUsec != 0) {
        const auto [before, after] = timesApart(image, container);
        add(FileWords::tr("modified %1 → %2"), before, after);
    }
    return words.join(QStringLiteral(", "));
}

QString attributes(const client::FileVersion& version)
{
    if (!version.exists)
        return {};
    QStringList words{FileWords::tr("mode %1").arg(modeDigits(version)),
                      FileWords::tr("owner %1").arg(ownerDigits(version))};
    if (version.mtimeUsec != 0)
        words.append(FileWords::tr("modified %1").arg(timeDigits(version, QStringLiteral("yyyy-MM-dd HH:mm:ss"))));
    return words.join(QStringLiteral(", "));
}

QString digestDigits(const client::FileVersion& version)
{
    const QLatin1StringView prefix("sha256:");
    return version.digest.startsWith(prefix) ? version.digest.sliced(prefix.size()) : version.digest;
}

} // namespace lamella::models
