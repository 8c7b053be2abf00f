// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/client/files_reader.h"

#include "gui/client/changes_reader.h"

#include <QCoreApplication>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace lamella::client {

using namespace Qt::StringLiterals;

namespace {

/// The bytes of a text of which base64 is there where they are not UTF-8.
QByteArray bytesOf(const QJsonObject& object, const QString& key)
{
    const QJsonValue raw = object[key + "_base64"_L1];
    return raw.isString() ? QByteArray::fromBase64(raw.toString().toLatin1()) : object[key].toString().toUtf8();
}

quint32 numberOf(const QJsonObject& object, QLatin1StringView key)
{
    return static_cast<quint32>(std::clamp(object[key].toInteger(), qint64{0}, qint64{UINT32_MAX}));
}

std::optional<FileEntry> parseEntry(QByteArrayView line)
{
    const QJsonObject object = QJsonDocument::fromJson(QByteArray::fromRawData(line.data(), line.size())).object();
    const auto type = fileTypeOf(object["type"_L1].toString());
    FileEntry entry{.name = bytesOf(object, u"name"_s)};
    if (!type || !isFileName(entry.name))
        return std::nullopt;
    entry.type = *type;
    entry.mode = numberOf(object, "mode"_L1);
    entry.uid = numberOf(object, "uid"_L1);
    entry.gid = numberOf(object, "gid"_L1);
    entry.size = static_cast<quint64>(std::max(qint64{0}, object["size"_L1].toInteger()));
    entry.mtimeUsec = object["mtime_usec"_L1].toInteger();
    entry.target = bytesOf(object, u"target"_s);
    entry.change = changeKindOf(object["change"_L1].toString());
    entry.isCopiedUp = object["copied_up"_L1].toBool();
    entry.isMounted = object["mounted"_L1].toBool();
    entry.layer = object["layer"_L1].toString();
    return entry;
}

} // namespace

bool isFileName(QByteArrayView name)
{
    return !name.isEmpty() && name != "." && name != ".." && !name.contains('/') && !name.contains('\0');
}

Outcome<std::vector<FileEntry>> parseFileEntries(QByteArrayView lines)
{
    std::vector<FileEntry> entries;
    while (!lines.isEmpty()) {
        const qsizetype end = lines.indexOf('\n');
        const QByteArrayView line = end < 0 ? lines : lines.first(end);
        lines = end < 0 ? QByteArrayView() : lines.sliced(end + 1);
        if (line.isEmpty())
            continue;
        auto entry = parseEntry(line);
        if (!entry)
            return std::unexpected(ClientError{
                ErrorKind::Malformed,
                QCoreApplication::translate("ClientError", "The helper's list of files cannot be understood.")});
        entries.push_back(std::move(*entry));
    }
    return entries;
}

} // namespace lamella::client
