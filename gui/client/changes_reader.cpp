// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/changes_reader.h"

#include <QByteArray>
#include <QCoreApplication>
#include <QHash>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <unistd.h>

namespace lamella::client {

using namespace Qt::StringLiterals;

namespace {

ClientError malformed()
{
    return {ErrorKind::Malformed,
            QCoreApplication::translate("ClientError", "The helper's list of changes cannot be understood.")};
}

template <class Value>
using Words = std::initializer_list<std::pair<QLatin1StringView, Value>>;

template <class Value>
std::optional<Value> lookUp(const Words<Value>& words, const QString& word)
{
    for (const auto& [known, value] : words) {
        if (word == known)
            return value;
    }
    return std::nullopt;
}

quint64 count(const QJsonObject& object, QLatin1StringView name)
{
    return static_cast<quint64>(std::max(0.0, object[name].toDouble()));
}

Writer writerOf(const QJsonObject& object)
{
    return {object["writer"_L1].toString(), static_cast<quint32>(count(object, "writer_pid"_L1)),
            static_cast<quint32>(count(object, "writer_host_pid"_L1)), object["writer_is_lamella"_L1].toBool()};
}

std::optional<ChangeEntry> parseLine(QByteArrayView line)
{
    const QJsonObject object = QJsonDocument::fromJson(QByteArray::fromRawData(line.data(), line.size())).object();
    const auto kind = changeKindOf(object["change"_L1].toString());
    const auto type = fileTypeOf(object["type"_L1].toString());
    QString path = object["path"_L1].toString();
    if (!kind || !type || !path.startsWith(u'/'))
        return std::nullopt;
    ChangeEntry entry{std::move(path), *kind, *type, count(object, "bytes"_L1), object["layer"_L1].toString()};
    entry.rawPath = QByteArray::fromBase64(object["path_base64"_L1].toString().toLatin1());
    entry.size = count(object, "size"_L1);
    entry.sizeBelow = count(object, "size_below"_L1);
    // Of a deletion only who has seen it knows the time.
    entry.timeUsec = std::max(count(object, "time_usec"_L1), count(object, "written_usec"_L1));
    entry.writer = writerOf(object);
    entry.renamedFrom = object["renamed_from"_L1].toString();
    return entry;
}

} // namespace

std::optional<FileType> fileTypeOf(const QString& word)
{
    static const Words<FileType> types{{"file"_L1, FileType::File},        {"directory"_L1, FileType::Directory},
                                       {"symlink"_L1, FileType::Symlink},  {"fifo"_L1, FileType::Fifo},
                                       {"socket"_L1, FileType::Socket},    {"char"_L1, FileType::CharDevice},
                                       {"block"_L1, FileType::BlockDevice}};
    return lookUp(types, word);
}

std::optional<ChangeKind> changeKindOf(const QString& letter)
{
    static const Words<ChangeKind> kinds{{"A"_L1, ChangeKind::Added},
                                         {"M"_L1, ChangeKind::Modified},
                                         {"D"_L1, ChangeKind::Deleted},
                                         {"m"_L1, ChangeKind::Attributes},
                                         {"c"_L1, ChangeKind::Copied}};
    return lookUp(kinds, letter);
}

Outcome<ChangeSet> parseChangeSet(QByteArrayView lines)
{
    ChangeSet set;
    QHash<QString, QString> layers; // one string for all entries of a layer
    while (!lines.isEmpty()) {
        if (set.entries.size() == kMostChanges) {
            set.truncated = true;
            break;
        }
        const qsizetype end = lines.indexOf('\n');
        const QByteArrayView line = end < 0 ? lines : lines.first(end);
        lines = end < 0 ? QByteArrayView() : lines.sliced(end + 1);
        if (line.isEmpty())
            continue;
        std::optional<ChangeEntry> entry = parseLine(line);
        if (!entry)
            return std::unexpected(malformed());
        QString& shared = layers[entry->layer];
        if (shared.isEmpty())
            shared = entry->layer;
        entry->layer = shared;
        set.entries.push_back(std::move(*entry));
    }
    return set;
}

Outcome<ChangeSet> readChangeSet(const Descriptor& file)
{
    constexpr qsizetype kPiece = 1024 * 1024;
    QByteArray lines;
    while (lines.size() < kMostChangesBytes) {
        const qsizetype before = lines.size();
        lines.resize(before + kPiece);
        const ssize_t got = ::pread(file.get(), lines.data() + before, kPiece, before);
        lines.resize(before + std::max<ssize_t>(got, 0));
        if (got < 0 && errno != EINTR)
            return std::unexpected(malformed());
        if (got == 0)
            return parseChangeSet(lines);
    }
    lines.truncate(lines.lastIndexOf('\n') + 1);
    Outcome<ChangeSet> set = parseChangeSet(lines);
    if (set)
        set->truncated = true;
    return set;
}

} // namespace lamella::client
