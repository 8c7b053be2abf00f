// SPDX-License-Identifier: GPL-3.0-or-later
#include "gui/models/log_file.h"

#include "gui/client/log_reader.h"
#include "gui/models/log_model.h"

#include <QDateTime>
#include <QSaveFile>

#include <cstring>
#include <optional>
#include <unistd.h>

namespace lamella::models {

namespace {

QByteArray forPeople(const client::LogLine& line, const std::optional<client::LogLine>& before)
{
    QByteArray text = withoutEscapes(line.text).toUtf8();
    const bool goesOn = before && before->isPartial && before->isError == line.isError;
    if (!goesOn)
        text.prepend(QDateTime::fromMSecsSinceEpoch(line.timeUsec / 1000).toString(Qt::ISODateWithMs).toLatin1() + ' ');
    // One that was begun on the other stream is ended first.
    if (before && before->isPartial && !goesOn)
        text.prepend('\n');
    return line.isPartial ? text : text + '\n';
}

} // namespace

std::expected<void, QString> saveLog(const client::Descriptor& log, const QString& path)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return std::unexpected(file.errorString());
    QByteArray piece(client::LogReader::kPiece, Qt::Uninitialized);
    QByteArray rest;
    std::optional<client::LogLine> before;
    qint64 offset = 0;
    ssize_t got = 0;
    while ((got = ::pread(log.get(), piece.data(), static_cast<std::size_t>(piece.size()), offset)) > 0) {
        offset += got;
        rest.append(piece.constData(), got);
        qsizetype begin = 0;
        for (qsizetype end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', begin)) {
            client::LogLine line = client::parseLogLine(QByteArrayView(rest).sliced(begin, end - begin));
            file.write(forPeople(line, before));
            before = std::move(line);
            begin = end + 1;
        }
        rest.remove(0, begin);
    }
    if (got < 0)
        return std::unexpected(QString::fromLocal8Bit(std::strerror(errno)));
    if (!rest.isEmpty())
        file.write(forPeople(client::parseLogLine(rest), before));
    if (!file.commit())
        return std::unexpected(file.errorString());
    return {};
}

} // namespace lamella::models
